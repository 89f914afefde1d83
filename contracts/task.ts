import * as z from 'zod';
import { TaskReceipt } from './receipt.ts';
import { deliveries, priorities, taskStates, waits } from './task-states.ts';

/** ISO 8601 in UTC, e.g. `2026-11-21T09:30:00.000Z`. */
export const Timestamp = z.iso.datetime();

/** Percent done (0–100) and, optionally, what is being done. */
export const Progress = z.object({
  percent: z.number().min(0).max(100),
  message: z.string().max(500).optional(),
});
export type Progress = z.infer<typeof Progress>;

/** Why the last attempt failed. `code` is stable and short, `message` is for people. */
export const TaskError = z.object({ code: z.string(), message: z.string() });
export type TaskError = z.infer<typeof TaskError>;

/** Who edited the payload of a dead letter before it was replayed, when, and how: a JSON Patch (RFC 6902). */
export const EditNote = z.object({ by: z.string(), at: Timestamp, patch: z.array(z.record(z.string(), z.unknown())) });
export type EditNote = z.infer<typeof EditNote>;

/** Why a dead letter was taken off the list. */
export const DiscardNote = z.object({ reason: z.string(), by: z.string(), at: Timestamp });
export type DiscardNote = z.infer<typeof DiscardNote>;

export const Task = z.object({
  id: z.string(),
  type: z.string(),
  /** What it is about, in a few words from its payload, where its type tells. */
  about: z.string().optional(),
  state: z.enum(taskStates),
  owner: z.string(),
  /** 0 before the first attempt, then 1 to `maxAttempts`. */
  attempt: z.int(),
  maxAttempts: z.int(),
  progress: Progress.optional(),
  /** Whatever the handler returned, as JSON. */
  result: z.unknown().optional(),
  /** Size of a result that is left out here because it is large, as JSON in bytes: `GET /api/tasks/{id}/result` gives it. */
  resultBytes: z.int().optional(),
  error: TaskError.optional(),
  tags: z.array(z.string()),
  priority: z.enum(priorities),
  delivery: z.enum(deliveries),
  orderingKey: z.string().optional(),
  concurrencyKey: z.string().optional(),
  /** Why a task that is due does not run yet, where that is not just its turn in the queue. */
  waitingFor: z.enum(waits).optional(),
  /** The schedule it is a run of. */
  scheduleId: z.string().optional(),
  /** The time of the schedule that it is for; missing when the run was asked for by hand. */
  occurrenceAt: Timestamp.optional(),
  scheduledFor: Timestamp.optional(),
  expiresAt: Timestamp.optional(),
  nextAttemptAt: Timestamp.optional(),
  /** How many further requests with its idempotency key were answered with this task; absent when none was. */
  duplicates: z.int().optional(),
  /** How often it was replayed from the dead letters. */
  replays: z.int().optional(),
  /** The last edit of its payload; the original is kept: `GET /api/tasks/{id}/payload?version=original`. */
  edited: EditNote.optional(),
  /** Of a dead letter that needs no more care; until it is forgotten it can still be replayed. */
  discarded: DiscardNote.optional(),
  /** Redis has forgotten it: history tells what it was. Payload, timeline and logs are gone; told by `GET /api/tasks/{id}` only. */
  archived: z.literal(true).optional(),
  /** Whose browsers have had and shown its events; told by `GET /api/tasks/{id}` only, absent when nobody's has. */
  receipts: z.array(TaskReceipt).optional(),
  /** Size of the payload as stored: UTF-8 JSON, in bytes. */
  payloadBytes: z.int(),
  createdAt: Timestamp,
  queuedAt: Timestamp.optional(),
  startedAt: Timestamp.optional(),
  finishedAt: Timestamp.optional(),
});
export type Task = z.infer<typeof Task>;

export const TaskPage = z.object({ tasks: z.array(Task), cursor: z.string().optional() });
/** Newest first. `cursor` is there when more follow. */
export type TaskPage = z.infer<typeof TaskPage>;
