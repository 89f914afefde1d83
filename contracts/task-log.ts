import * as z from 'zod';
import { Timestamp } from './task.ts';

export const logLimits = {
  /** Newest lines kept of a task. */
  lines: 200,
  /** Of all its lines together. */
  bytes: 16 * 1024,
  /** Characters of one line; what is longer is cut. */
  lineLength: 2_000,
} as const;

/** What a handler logged at once; may hold line breaks. */
export const LogLine = z.object({
  /** From 1, over all attempts. */
  number: z.int(),
  at: Timestamp,
  attempt: z.int(),
  text: z.string(),
});
export type LogLine = z.infer<typeof LogLine>;

export const TaskLogs = z.object({
  taskId: z.string(),
  /** Oldest first. */
  lines: z.array(LogLine),
  /** How many older lines are kept no longer. */
  dropped: z.int().min(0),
});
/** Answer of `GET /api/tasks/{id}/logs`; with `after=N`, lines after that number. */
export type TaskLogs = z.infer<typeof TaskLogs>;

/** Pushed while a handler logs, a few times a second at most: the log of a task has grown, read on from what is known. */
export interface LogNews {
  readonly taskId: string;
  /** Number of its newest line. */
  readonly newest: number;
}
