import type { Counted, Percentiles, Rate, Stats, StatsPoint } from '../../contracts/stats.ts';
import { percentiles } from './durations.ts';

/** Counts of one span of time by field, as lua/merge-counts.lua names them. */
export type Counts = Map<string, number>;

export function addCounts(to: Counts, fields: Readonly<Record<string, string>>): void {
  for (const [field, count] of Object.entries(fields)) to.set(field, (to.get(field) ?? 0) + Number(count));
}

const completed = /^completed:(\d+):(\d+):(\d+)$/;

/** Adds what the task scripts have counted and nothing has merged yet (tasks/lua/shared/statistics.lua). */
export function addPending(to: Counts, fields: Readonly<Record<string, string>>): void {
  for (const [field, count] of Object.entries(fields)) {
    const [, wait, run, total] = completed.exec(field) ?? [];
    const kind = /^([^:]+):/.exec(field)?.[1];
    const names =
      wait === undefined
        ? [...(kind === undefined ? [] : [kind]), field]
        : ['completed', `wait:${wait}`, `run:${run!}`, `total:${total!}`];
    addCounts(to, Object.fromEntries(names.map((name) => [name, count])));
  }
}

const fields: Record<Counted, readonly string[]> = {
  submitted: ['submitted'],
  completed: ['completed'],
  retried: ['retrying'],
  deadLettered: ['dead-lettered'],
  failed: ['retrying', 'dead-lettered'],
  cancelled: ['cancelled'],
  expired: ['expired'],
  replayed: ['replayed'],
};

function countOf(counts: Counts, name: Counted): number {
  return fields[name].reduce((sum, field) => sum + (counts.get(field) ?? 0), 0);
}

function forEachCounted<Value>(make: (name: Counted) => Value): Record<Counted, Value> {
  const names = Object.keys(fields) as Counted[];
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Counted, Value>;
}

/** @param seconds length of the window */
export function toRates(counts: Counts, seconds: number): Record<Counted, Rate> {
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  return forEachCounted((name) => {
    const count = countOf(counts, name);
    return { count, perSecond: rounded(count / seconds), perMinute: rounded((count / seconds) * 60) };
  });
}

function measured(counts: Counts, measure: 'wait' | 'run' | 'total'): Percentiles {
  const prefix = `${measure}:`;
  const steps = [...counts].filter(([field]) => field.startsWith(prefix));
  return percentiles(new Map(steps.map(([field, count]) => [Number(field.slice(prefix.length)), count])));
}

export function toLatency(counts: Counts): Stats['latency'] {
  return { queueWait: measured(counts, 'wait'), run: measured(counts, 'run'), endToEnd: measured(counts, 'total') };
}

export function toPoint(at: number, counts: Counts): StatsPoint {
  const endToEnd = measured(counts, 'total');
  return { at: new Date(at).toISOString(), ...forEachCounted((name) => countOf(counts, name)), endToEnd };
}

export function toFailures(counts: Counts): Stats['failures'] {
  const types = new Set(
    [...counts.keys()].flatMap((field) => /^(?:retrying|dead-lettered):(.+)$/.exec(field)?.[1] ?? []),
  );
  return [...types]
    .map((type) => ({
      type,
      retried: counts.get(`retrying:${type}`) ?? 0,
      deadLettered: counts.get(`dead-lettered:${type}`) ?? 0,
    }))
    .sort((a, b) => b.retried + b.deadLettered - (a.retried + a.deadLettered));
}
