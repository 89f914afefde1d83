import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant, Owner } from './contestant.ts';
import { percentile } from './statistics.ts';

/** 1 KB of payload. */
const message = 'x'.repeat(1_000);

/** What one run of a scenario measured: figures by the names that `metrics` lists, and how many tasks ended in it. */
export interface Measured {
  readonly figures: Readonly<Record<string, number>>;
  readonly tasks: number;
}

export interface Metric {
  readonly name: string;
  readonly unit: 'tasks/s' | 'ms';
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  /** Owners with a live connection each. */
  readonly owners: number;
  run(owners: readonly Owner[], durationMs: number): Promise<Measured>;
}

const [submitters, batchSubmitters, tasksPerBatch, subscribers] = [64, 8, 50, 500];

const throughput: Metric[] = [{ name: 'tasks/s', unit: 'tasks/s' }];
const latency: Metric[] = [
  { name: 'p50', unit: 'ms' },
  { name: 'p99', unit: 'ms' },
];

/** @param perSecond how many tasks are submitted where that is fixed */
export const scenariosAt = (perSecond: number): readonly Scenario[] => [
  {
    name: 'single',
    title: `single submits, ${submitters} submitters in a closed loop`,
    metrics: throughput,
    owners: 1,
    run: ([owner], durationMs) =>
      closedLoop(submitters, durationMs, async () => {
        await owner!.completed(await owner!.submit(message));
        return 1;
      }),
  },
  {
    name: 'batch',
    title: `batches of ${tasksPerBatch}, ${batchSubmitters} submitters in a closed loop`,
    metrics: throughput,
    owners: 1,
    run: ([owner], durationMs) =>
      closedLoop(batchSubmitters, durationMs, async () => {
        const ids = await owner!.submitBatch(Array.from({ length: tasksPerBatch }, () => message));
        await Promise.all(ids.map((id) => owner!.completed(id)));
        return ids.length;
      }),
  },
  {
    name: 'latency',
    title: `${perSecond} single submits a second`,
    metrics: latency,
    owners: 1,
    run: (owners, durationMs) => paced(owners, perSecond, durationMs),
  },
  {
    name: 'subscribers',
    title: `${perSecond} single submits a second, ${subscribers} live connections with an owner each`,
    metrics: latency,
    owners: subscribers,
    run: (owners, durationMs) => paced(owners, perSecond, durationMs),
  },
];

/** Each of `loops` starts its next round when its last has ended; what ends after the time is over does not count. */
async function closedLoop(loops: number, durationMs: number, round: () => Promise<number>): Promise<Measured> {
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  let tasks = 0;
  const loop = async () => {
    while (performance.now() < endsAt) {
      const ended = await round();
      if (performance.now() < endsAt) tasks += ended;
    }
  };
  await Promise.all(Array.from({ length: loops }, loop));
  return { figures: { 'tasks/s': (tasks / durationMs) * 1000 }, tasks };
}

/** Submits at a steady rate, whatever happens to what was submitted before; times count from when a submit was due. */
async function paced(owners: readonly Owner[], perSecond: number, durationMs: number): Promise<Measured> {
  const startedAt = performance.now();
  const count = Math.round((durationMs / 1000) * perSecond);
  const took: number[] = [];
  const one = async (owner: Owner, dueAt: number) => {
    await owner.completed(await owner.submit(message));
    took.push(performance.now() - dueAt);
  };
  const underWay: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    const dueAt = startedAt + (n * 1000) / perSecond;
    const early = dueAt - performance.now();
    if (early > 0) await delay(early);
    underWay.push(one(owners[n % owners.length]!, dueAt));
  }
  await Promise.all(underWay);
  return { figures: { p50: percentile(took, 0.5), p99: percentile(took, 0.99) }, tasks: count };
}

/** Connects the owners that a scenario needs, runs `work` with them and closes their connections. */
export async function withOwners<T>(
  contestant: Contestant,
  count: number,
  work: (owners: readonly Owner[]) => Promise<T>,
): Promise<T> {
  const owners: Owner[] = [];
  const atOnce = 25;
  try {
    while (owners.length < count) {
      const next = Array.from({ length: Math.min(atOnce, count - owners.length) }, (_, n) =>
        contestant.connect(`owner-${owners.length + n}`),
      );
      owners.push(...(await Promise.all(next)));
    }
    return await work(owners);
  } finally {
    for (const owner of owners) owner.close();
  }
}
