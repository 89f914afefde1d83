import * as z from 'zod';
import { submitLimits } from './submit.ts';
import { taskStates } from './task-states.ts';

export const taskFilterLimits = {
  textLength: 200,
  /** Tasks that one request may name. */
  ids: 1_000,
  /** Tasks that one request cancels by a filter; its answer tells where to go on. */
  cancelledAtOnce: 500,
  /** Refusals that are told one by one. */
  refusals: 50,
  /** Tasks that a count looks at where a filter has no index, newest first; what is older is told as `truncated`. */
  counted: 20_000,
} as const;

const Time = z.iso.datetime({
  offset: true,
  error: 'An ISO 8601 time with its zone, e.g. 2026-11-21T09:30:00Z.',
});

/** Which tasks are meant: those that fit every field. */
export const TaskFilter = z.strictObject({
  states: z.array(z.enum(taskStates)).min(1).optional(),
  type: z.string().min(1).max(submitLimits.typeLength).optional(),
  tag: z.string().min(1).max(submitLimits.tagLength).optional(),
  orderingKey: z.string().min(1).max(submitLimits.orderingKeyLength).optional(),
  /** ID of the schedule that they are runs of. */
  schedule: z.string().min(1).max(taskFilterLimits.textLength).optional(),
  /** Only for operators, who see all owners' tasks. */
  owner: z.string().min(1).max(taskFilterLimits.textLength).optional(),
  /** Words, each of which stands somewhere in the task; letter case does not matter. */
  q: z.string().min(1).max(taskFilterLimits.textLength).optional(),
  /** Accepted at this time or later. */
  from: Time.optional(),
  /** Accepted before this time. */
  to: Time.optional(),
});
export type TaskFilter = z.infer<typeof TaskFilter>;

/** What `POST /api/tasks/cancel` takes: either `ids`, or `filter` with the `cursor` of the answer before. */
export const CancelTasks = z
  .strictObject({
    ids: z.array(z.string()).min(1).max(taskFilterLimits.ids).optional(),
    filter: TaskFilter.optional(),
    cursor: z.string().optional(),
  })
  .superRefine(({ ids, filter, cursor }, context) => {
    const refuse = (path: string[], message: string) =>
      context.addIssue({ code: 'custom', path, message, input: undefined });
    if (ids === undefined && filter === undefined)
      refuse([], 'Say which tasks are meant: either "ids", or "filter" ({} means all that have not ended).');
    if (ids !== undefined && filter !== undefined) refuse(['filter'], 'Give "ids" or "filter", not both.');
    if (ids !== undefined && cursor !== undefined) refuse(['cursor'], 'A cursor goes with a filter.');
  });
export type CancelTasks = z.infer<typeof CancelTasks>;

export const cancelRefusals = ['not-found', 'ended'] as const;

/** What became of one part of a bulk cancellation. */
export const CancelledTasks = z.object({
  /** How many are cancelled now, those included that were already. */
  cancelled: z.int().min(0),
  /** How many were left as they are. */
  refused: z.int().min(0),
  /** The first of them. */
  refusals: z.array(z.object({ id: z.string(), reason: z.enum(cancelRefusals), detail: z.string() })),
  /** There when more tasks fit: send it with the same filter to go on. */
  cursor: z.string().optional(),
});
export type CancelledTasks = z.infer<typeof CancelledTasks>;

/** `GET /api/task-counts`: how many tasks that fit a filter are in each state now. */
export const TaskCounts = z.object({
  states: z.object(
    Object.fromEntries(taskStates.map((state) => [state, z.int().min(0)])) as Record<
      (typeof taskStates)[number],
      z.ZodInt
    >,
  ),
  /** Only the newest `taskFilterLimits.counted` tasks were looked at. */
  truncated: z.literal(true).optional(),
});
export type TaskCounts = z.infer<typeof TaskCounts>;
