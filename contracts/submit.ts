import * as z from 'zod';
import type { Problem } from './problem.ts';
import type { Task } from './task.ts';
import { PayloadRef } from './uploads.ts';
import { deadLetterPolicies, deliveries, priorities } from './task-states.ts';

export const submitLimits = {
  /** An ID of a session on Service Bus has 128 characters at most. */
  orderingKeyLength: 128,
  concurrencyKeyLength: 128,
  tags: 10,
  tagLength: 50,
  attempts: 50,
  /** Levels of arrays and objects in a request. */
  depth: 200,
  idempotencyKeyLength: 128,
  typeLength: 100,
  /** A year, in milliseconds. */
  horizonMs: 365 * 24 * 60 * 60 * 1000,
} as const;

/** How to go on after a failed attempt, where it differs from the task type's and the app's own. */
export const RetryOptions = z.strictObject({
  /** Longest wait before the second attempt, in milliseconds. */
  firstDelayMs: z.int().min(1).max(3_600_000).optional(),
  /** By how much the wait grows with each attempt. */
  factor: z.number().min(1).max(10).optional(),
  /** Longest wait of all, in milliseconds. */
  maxDelayMs: z.int().min(1).max(86_400_000).optional(),
  /** Share of each wait that is left to chance, 0 to 1. */
  jitter: z.number().min(0).max(1).optional(),
});
export type RetryOptions = z.infer<typeof RetryOptions>;

/** What `POST /api/tasks` takes. */
export const SubmitTask = z.strictObject({
  type: z.string().min(1).max(submitLimits.typeLength),
  /** Any JSON that fits the type's schema. Either this or `payloadRef`. */
  payload: z.unknown().optional(),
  /** A payload that was uploaded: see `POST /api/uploads`. */
  payloadRef: PayloadRef.optional(),
  scheduledFor: z.iso
    .datetime({
      offset: true,
      error: 'An ISO 8601 time with its zone, e.g. 2026-11-21T09:30:00Z or 2026-11-21T10:30:00+01:00.',
    })
    .optional(),
  /** An ISO 8601 duration (`PT30M`, `P1D`) or seconds, counted from now. */
  expiresIn: z
    .union([z.number().positive(), z.string()], {
      error: 'Seconds, or an ISO 8601 duration such as PT30M or P1D; at most a year.',
    })
    .optional(),
  orderingKey: z.string().min(1).max(submitLimits.orderingKeyLength).optional(),
  /** What becomes of an ordering key when a task with it is dead-lettered: the next one runs, or waits until it is replayed. */
  ifDeadLettered: z.enum(deadLetterPolicies).optional(),
  /** Of the owner's tasks with the same key so many run at once as the app's settings say; by default one. */
  concurrencyKey: z.string().min(1).max(submitLimits.concurrencyKeyLength).optional(),
  priority: z.enum(priorities).optional(),
  delivery: z.enum(deliveries).optional(),
  maxAttempts: z.int().min(1).max(submitLimits.attempts).optional(),
  retry: RetryOptions.optional(),
  tags: z.array(z.string().min(1).max(submitLimits.tagLength)).max(submitLimits.tags).optional(),
  callbackUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type SubmitTask = z.infer<typeof SubmitTask>;

/** What `POST /api/tasks/{id}/reschedule` takes. */
export const RescheduleTask = z.strictObject({
  /** Null, or a time that has passed, means now. */
  scheduledFor: SubmitTask.shape.scheduledFor.unwrap().nullable(),
});
export type RescheduleTask = z.infer<typeof RescheduleTask>;

export const batchLimits = {
  tasks: 1_000,
  /** Of the whole request. */
  bytes: 32 * 1024 * 1024,
} as const;

/** What became of one task of a batch; in the order of the request. */
export interface BatchResult {
  /** As the task would have been answered alone. */
  readonly status: number;
  readonly task?: Task;
  readonly error?: Problem;
}
