import * as z from 'zod';
import { taskStates } from './task-states.ts';
import { Timestamp } from './task.ts';

export const statsWindows = ['5m', '1h', '6h', '24h', '7d'] as const;
export type StatsWindow = (typeof statsWindows)[number];

const Count = z.int().min(0);

/** How often something happened within the window, and what that is on average. */
export const Rate = z.object({ count: Count, perSecond: z.number(), perMinute: z.number() });
export type Rate = z.infer<typeof Rate>;

/** In milliseconds, within 13 % of the true figure; absent where nothing was measured. */
export const Percentiles = z.object({
  count: Count,
  p50: z.number().optional(),
  p95: z.number().optional(),
  p99: z.number().optional(),
});
export type Percentiles = z.infer<typeof Percentiles>;

/** What is counted: changes of tasks, each once. */
export const counted = [
  'submitted',
  'completed',
  'retried',
  'deadLettered',
  'failed',
  'cancelled',
  'expired',
  'replayed',
] as const;
export type Counted = (typeof counted)[number];

export const LaneBacklog = z.object({
  /** The queue that the tasks go through. */
  lane: z.string(),
  queued: Count,
  /** Since when the one is queued that waits longest. */
  oldestAt: Timestamp.optional(),
  oldestAgeMs: Count.optional(),
});
export type LaneBacklog = z.infer<typeof LaneBacklog>;

export const StatsPoint = z.object({
  /** Where the step begins. */
  at: Timestamp,
  ...(Object.fromEntries(counted.map((name) => [name, Count])) as Record<Counted, typeof Count>),
  /** From due to completed, in milliseconds. */
  endToEnd: Percentiles,
});
export type StatsPoint = z.infer<typeof StatsPoint>;

/** Answer of `GET /api/stats?window=`: of the caller's own tasks, for operators of all tasks. */
export const Stats = z.object({
  at: Timestamp,
  window: z.enum(statsWindows),
  /** Where the window begins: at a full step. */
  from: Timestamp,
  /** How many tasks are in each state now. */
  states: z.object(
    Object.fromEntries(taskStates.map((state) => [state, Count])) as Record<(typeof taskStates)[number], typeof Count>,
  ),
  /** `failed` counts attempts: those that are retried and those after which the task is dead-lettered. */
  rates: z.object(Object.fromEntries(counted.map((name) => [name, Rate])) as Record<Counted, typeof Rate>),
  /** Of tasks that were completed within the window. */
  latency: z.object({
    /** From due to the start of the first attempt. */
    queueWait: Percentiles,
    /** The attempt that succeeded. */
    run: Percentiles,
    /** From due to completed. */
    endToEnd: Percentiles,
  }),
  backlog: z.object({
    queued: Count,
    lanes: z.array(LaneBacklog),
    /** True when so many tasks wait that lanes were told apart by samples. */
    isEstimate: z.boolean(),
  }),
  /** Attempts that failed within the window, the type with most of them first. */
  failures: z.array(z.object({ type: z.string(), retried: Count, deadLettered: Count })),
  /** Oldest first, without holes. The last step is still going on. */
  series: z.object({ stepSeconds: z.int(), points: z.array(StatsPoint) }),
});
export type Stats = z.infer<typeof Stats>;
