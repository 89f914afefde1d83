import type { Redis } from 'ioredis';
import type { Stats, StatsWindow } from '../../contracts/stats.ts';
import { taskStates, type TaskState } from '../../contracts/task-states.ts';
import { allPartitions } from '../tasks/task-id.ts';
import { ownerIndexKey, partitionIndexKey } from '../tasks/task-keys.ts';
import { readBacklog } from './backlog-by-lane.ts';
import { addCounts, type Counts, toFailures, toLatency, toPoint, toRates } from './counts.ts';
import { readCounts } from './read-counts.ts';

/**
 * What happens to tasks, within a window of time and now.
 * @param owner undefined for all owners
 * @param now milliseconds since 1970
 */
export async function readStats(
  redis: Redis,
  window: StatsWindow,
  owner: string | undefined,
  now: number,
): Promise<Stats> {
  const indexes = (state: TaskState) =>
    owner === undefined
      ? allPartitions.map((partition) => partitionIndexKey(partition, state))
      : [ownerIndexKey(owner, state)];
  const [states, backlog, { from, stepMs, steps }] = await Promise.all([
    countStates(redis, indexes),
    readBacklog(redis, indexes('queued'), now),
    readCounts(redis, window, owner, now),
  ]);
  const all: Counts = new Map();
  for (const { counts } of steps)
    addCounts(all, Object.fromEntries([...counts].map(([field, count]) => [field, String(count)])));
  return {
    at: new Date(now).toISOString(),
    window,
    from: new Date(from).toISOString(),
    states,
    rates: toRates(all, (now - from) / 1000),
    latency: toLatency(all),
    backlog,
    failures: toFailures(all),
    series: { stepSeconds: stepMs / 1000, points: steps.map(({ at, counts }) => toPoint(at, counts)) },
  };
}

async function countStates(redis: Redis, indexes: (state: TaskState) => string[]): Promise<Record<TaskState, number>> {
  const count = async (state: TaskState) => {
    const counts = await Promise.all(indexes(state).map((index) => redis.zcard(index)));
    return [state, counts.reduce((sum, one) => sum + one, 0)] as const;
  };
  return Object.fromEntries(await Promise.all(taskStates.map(count))) as Record<TaskState, number>;
}
