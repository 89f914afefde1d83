import type { Redis } from 'ioredis';
import type { LaneBacklog, Stats } from '../../contracts/stats.ts';
import { taskQueue } from '../../contracts/names.ts';
import { lanes } from '../tasks/lanes.ts';
import { taskKey } from '../tasks/task-keys.ts';

/** Of each index so many tasks are looked at from its old end, and some from its new one; what lies between is estimated. */
const oldestSeen = 400;
const newestSeen = 100;

interface Waiting {
  readonly lane: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** How many tasks it stands for. */
  readonly weight: number;
}

/** How many tasks are queued in each lane, and how long already. @param indexes keys of sorted sets of IDs, oldest first */
export async function readBacklog(redis: Redis, indexes: readonly string[], now: number): Promise<Stats['backlog']> {
  const samples = await Promise.all(indexes.map((index) => sample(redis, index)));
  const waiting = samples.flatMap((each) => each.waiting);
  return {
    queued: samples.reduce((sum, { count }) => sum + count, 0),
    lanes: lanes.map(({ queue }) => laneBacklog(queue, waiting, now)),
    isEstimate: samples.some(({ count }) => count > oldestSeen + newestSeen),
  };
}

async function sample(redis: Redis, index: string): Promise<{ count: number; waiting: Waiting[] }> {
  const [count, oldest, newest] = await Promise.all([
    redis.zcard(index),
    redis.zrange(index, '0', String(oldestSeen - 1)),
    redis.zrange(index, String(-newestSeen), '-1'),
  ]);
  const ids = [...new Set([...oldest, ...newest])];
  const records = await Promise.all(ids.map((id) => redis.hmget(taskKey(id), 'lane', 'queuedAt', 'createdAt')));
  const weight = ids.length === 0 ? 0 : Math.max(1, count / ids.length);
  const waiting = records.map(([lane, queuedAt, createdAt]) => ({
    lane: lane ?? taskQueue,
    since: Number(queuedAt ?? createdAt ?? Number.NaN),
    weight,
  }));
  return { count, waiting };
}

function laneBacklog(lane: string, all: readonly Waiting[], now: number): LaneBacklog {
  const waiting = all.filter((one) => one.lane === lane);
  const queued = Math.round(waiting.reduce((sum, { weight }) => sum + weight, 0));
  const oldest = Math.min(...waiting.map(({ since }) => since).filter((since) => !Number.isNaN(since)));
  if (!Number.isFinite(oldest)) return { lane, queued };
  return { lane, queued, oldestAt: new Date(oldest).toISOString(), oldestAgeMs: Math.max(0, now - oldest) };
}
