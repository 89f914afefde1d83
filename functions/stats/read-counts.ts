import type { Redis } from 'ioredis';
import type { StatsWindow } from '../../contracts/stats.ts';
import { registerScripts } from '../azure/redis-scripts.ts';
import { allPartitions, partitionOf } from '../tasks/task-id.ts';
import { countsKey, pendingCountsKey } from '../tasks/task-keys.ts';
import { addCounts, addPending, type Counts } from './counts.ts';
import mergeCountsLua from './lua/merge-counts.lua';

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const day = 24 * hour;

/** Spans of time that are counted, with how long each is kept: as long as a window needs it. */
const spans = [
  { ms: 10 * second, keptMs: 10 * minute },
  { ms: minute, keptMs: 70 * minute },
  { ms: 15 * minute, keptMs: 25 * hour },
  { ms: 2 * hour, keptMs: 8 * day },
] as const;

const windows: Record<StatsWindow, { readonly ms: number; readonly stepMs: number }> = {
  '5m': { ms: 5 * minute, stepMs: 10 * second },
  '1h': { ms: hour, stepMs: minute },
  '6h': { ms: 6 * hour, stepMs: 15 * minute },
  '24h': { ms: day, stepMs: 15 * minute },
  '7d': { ms: 7 * day, stepMs: 2 * hour },
};

/** A round of merging takes so many hashes at once, so that no script keeps Redis for long. */
const hashesPerMerge = 50;

const run = registerScripts('stats', { mergeCounts: mergeCountsLua });

/** Adds up what was counted lately. @param now milliseconds since 1970; by default the clock of Redis */
export async function mergeCounts(redis: Redis, partitions = allPartitions, now: number | '' = ''): Promise<void> {
  const args = spans.flatMap(({ ms, keptMs }) => [ms, keptMs]);
  const mergePartition = async (partition: string) => {
    for (let merged = hashesPerMerge; merged === hashesPerMerge;) {
      merged = (await run(redis, 'mergeCounts', pendingCountsKey(partition), [now, hashesPerMerge, ...args])) as number;
    }
  };
  await Promise.all(partitions.map(mergePartition));
}

export interface CountedWindow {
  readonly from: number;
  readonly stepMs: number;
  /** One for each step of the window, oldest first. */
  readonly steps: readonly { readonly at: number; readonly counts: Counts }[];
}

/** @param owner undefined for all owners */
export async function readCounts(
  redis: Redis,
  window: StatsWindow,
  owner: string | undefined,
  now: number,
): Promise<CountedWindow> {
  const partitions = owner === undefined ? allPartitions : [partitionOf(owner)];
  await mergeCounts(redis, partitions, now);
  const { ms, stepMs } = windows[window];
  const from = Math.floor(now / stepMs) * stepMs - ms + stepMs;
  const steps = Array.from({ length: ms / stepMs }, (_, n) => ({ at: from + n * stepMs, counts: new Map() as Counts }));
  const stepAt = (at: number) => steps[Math.floor((at - from) / stepMs)];
  const readPartition = async (partition: string) => {
    const pending = await pendingOf(redis, partition, owner);
    await Promise.all([
      ...steps.map(async ({ at, counts }) =>
        addCounts(counts, await redis.hgetall(countsKey(partition, stepMs, at, owner))),
      ),
      ...pending.map(async ({ key, at }) =>
        addPending(stepAt(at)?.counts ?? new Map<string, number>(), await redis.hgetall(key)),
      ),
    ]);
  };
  await Promise.all(partitions.map(readPartition));
  return { from, stepMs, steps };
}

/** What belongs to the ten seconds that are going on. */
async function pendingOf(
  redis: Redis,
  partition: string,
  owner: string | undefined,
): Promise<{ key: string; at: number }[]> {
  const prefix = `${pendingCountsKey(partition)}:`;
  const keys = await redis.zrange(pendingCountsKey(partition), '0', '-1');
  return keys
    .map((key) => ({ key, at: Number.parseInt(key.slice(prefix.length), 10) }))
    .filter(({ key, at }) => owner === undefined || key === `${prefix}${at}:${owner}`);
}
