import type { Redis } from 'ioredis';
import type { Stats, StatsWindow } from '../../contracts/stats.ts';
import { countStates, stateIndexes } from '../tasks/count-states.ts';
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
  const [states, backlog, { from, stepMs, steps }] = await Promise.all([
    countStates(redis, owner),
    readBacklog(redis, stateIndexes(owner, 'queued'), now),
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
