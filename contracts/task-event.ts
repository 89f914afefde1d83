import * as z from 'zod';
import { EditNote, Progress, TaskError, Timestamp } from './task.ts';
import { eventKinds, taskStates } from './task-states.ts';

export const TaskEvent = z.object({
  /** `<milliseconds>-<sequence>`; unique, and later events compare greater, number by number. */
  cursor: z.string(),
  /** Cursor of the owner's event before this one, so that a client notices a gap at once. */
  previous: z.string().optional(),
  taskId: z.string(),
  kind: z.enum(eventKinds),
  state: z.enum(taskStates),
  attempt: z.int(),
  /** Where it has changed: after a replay, or a failure that does not count. */
  maxAttempts: z.int().optional(),
  at: Timestamp,
  progress: Progress.optional(),
  /** Left out when larger than `eventResultLimitBytes`: then fetch the task. */
  result: z.unknown().optional(),
  error: TaskError.optional(),
  nextAttemptAt: Timestamp.optional(),
  /** Of `scheduled`, when the task has been given another time. */
  scheduledFor: Timestamp.optional(),
});
export type TaskEvent = z.infer<typeof TaskEvent>;

/** Largest result that travels inside an event, in bytes of JSON. A SignalR REST call carries 1 MB at most. */
export const eventResultLimitBytes = 16 * 1024;

/** Deepest result that travels inside an event: .NET's JSON reader, in the service, takes 64 levels with the event around it. */
export const eventResultDepth = 50;

export const EventPage = z.object({
  events: z.array(TaskEvent),
  /** Pass as `after` to go on from here. */
  cursor: z.string(),
  /** True when events after the asked cursor are no longer kept: take a new snapshot of the tasks. */
  gap: z.boolean().optional(),
});
/**
 * Answer of `GET /api/events`. `after=0` reads from the start of what is kept; `after=latest` reads nothing and tells
 * where the stream ends: ask it before the first snapshot, then nothing falls between the two.
 */
export type EventPage = z.infer<typeof EventPage>;

/** What one attempt failed with. */
export const AttemptError = z.object({
  attempt: z.int(),
  at: Timestamp,
  ...TaskError.shape,
  /** For operators: where the handler threw. */
  stack: z.string().optional(),
});
export type AttemptError = z.infer<typeof AttemptError>;

/** A larger value of a step is told by its size only. In bytes of JSON. */
export const stepShownBytes = 4 * 1024;

/** A part of the work that is done, and is not done again by a later attempt. */
export const Step = z.object({
  name: z.string(),
  /** Size of its value as JSON. */
  bytes: z.int(),
  /** Left out when larger than `stepShownBytes`. */
  value: z.unknown().optional(),
});
export type Step = z.infer<typeof Step>;

export const Timeline = z.object({
  taskId: z.string(),
  events: z.array(TaskEvent),
  /** Of the last attempts, oldest first. */
  errors: z.array(AttemptError),
  /** In no order that means anything. */
  steps: z.array(Step),
  /** Of its payload, oldest first. */
  edits: z.array(EditNote),
});
/** A task's transitions, oldest first; progress and results are left out. */
export type Timeline = z.infer<typeof Timeline>;
