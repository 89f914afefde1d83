import * as z from 'zod';
import type { Task } from './task.ts';
import { submitLimits } from './submit.ts';

export const deadLetterLimits = {
  /** Tasks that one request may name. */
  ids: 10_000,
  /** Dead letters that a list groups, newest first; what is older is told as `truncated`. */
  grouped: 20_000,
  /** Dead letters that a filter of a replay or of a discard takes in, newest first; what is older is told as `truncated`. */
  selected: 100_000,
  /** Refusals that are told one by one; their reasons are counted whatever their number. */
  refusals: 100,
  reasonLength: 500,
  textLength: 200,
  /** Parts of time that a group's trend has. */
  trendSteps: 24,
} as const;

/** Task IDs are UUIDs of version 7. */
const TaskId = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, { error: 'The ID of a task.' });

const Time = z.iso.datetime({
  offset: true,
  error: 'An ISO 8601 time with its zone, e.g. 2026-11-21T09:30:00Z.',
});

/** Which dead letters are meant: those that fit every field. `{}` means all. Discarded ones are never meant. */
export const DeadLetterFilter = z.strictObject({
  type: z.string().min(1).max(submitLimits.typeLength).optional(),
  /** Code of the last error. */
  code: z.string().min(1).max(deadLetterLimits.textLength).optional(),
  /** A group as the list names it. */
  group: z.string().min(1).max(deadLetterLimits.textLength).optional(),
  /** Text in ID, type, tags or error; letter case does not matter. */
  q: z.string().min(1).max(deadLetterLimits.textLength).optional(),
  /** Dead-lettered at this time or later. */
  from: Time.optional(),
  /** Dead-lettered before this time. */
  to: Time.optional(),
});
export type DeadLetterFilter = z.infer<typeof DeadLetterFilter>;

/** How requests say which tasks they are about: exactly one of the two. */
export const selectionFields = {
  ids: z.array(TaskId).min(1).max(deadLetterLimits.ids).optional(),
  filter: DeadLetterFilter.optional(),
};

/** For `superRefine`: holds a request to exactly one of `ids` and `filter`. */
export function oneSelection(request: { ids?: unknown; filter?: unknown }, context: z.core.$RefinementCtx): void {
  if ((request.ids === undefined) !== (request.filter === undefined)) return;
  const message =
    request.ids === undefined
      ? 'Say which dead letters are meant: either "ids", or "filter" ({} means all).'
      : 'Give "ids" or "filter", not both.';
  context.addIssue({ code: 'custom', path: request.ids === undefined ? [] : ['filter'], message, input: request });
}

/** Dead letters that failed the same way: same type, same code, messages that differ only in numbers, IDs and quoted values. */
export interface DeadLetterGroup {
  /** Short and stable: pass it as `group` in a filter. */
  readonly group: string;
  readonly type: string;
  readonly code: string;
  /** Of the newest one. */
  readonly message: string;
  readonly count: number;
  /** When the first and the last of them were dead-lettered. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** In lists: how many were dead-lettered in each of `deadLetterLimits.trendSteps` equal parts of the page's `trend`. */
  readonly trend?: readonly number[];
}

/** `GET /api/dead-letters`: the groups of all that fits the filter, largest first, and one page of tasks, newest first. */
export interface DeadLetterPage {
  readonly groups: readonly DeadLetterGroup[];
  readonly tasks: readonly Task[];
  /** There when more tasks follow. */
  readonly cursor?: string;
  /** How many dead letters fit the filter: the sum of the groups' counts. */
  readonly total: number;
  /** The time that the groups' trends are about: the filter's, or from the first of the dead letters to now. */
  readonly trend?: { readonly from: string; readonly to: string };
  /** There were more than `deadLetterLimits.grouped` dead letters: groups and total cover the newest of them only. */
  readonly truncated?: true;
}

/** What `POST /api/dead-letters/discard` takes. */
export const DiscardDeadLetters = z
  .strictObject({ ...selectionFields, reason: z.string().trim().min(1).max(deadLetterLimits.reasonLength) })
  .superRefine(oneSelection);
export type DiscardDeadLetters = z.infer<typeof DiscardDeadLetters>;

/** Why a task was left as it is; `detail` says it for people. */
export interface Refusal {
  readonly id: string;
  readonly reason: RefusalReason;
  readonly detail: string;
}

export const refusalReasons = [
  /** Not there, or another owner's. */
  'not-found',
  'not-dead-lettered',
  'payload-missing',
  /** It is not what was accepted. */
  'payload-corrupt',
  /** The patch does not apply to the payload. */
  'patch-failed',
  /** The patched payload does not fit the task type. */
  'invalid-payload',
  'payload-too-large',
  'unknown-type',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

export interface Discarded {
  readonly discarded: number;
  /** Tasks that were named and left as they are. */
  readonly refused: number;
  /** The first of them. */
  readonly refusals: readonly Refusal[];
  /** More dead letters fit the filter than one request takes: ask again for the rest. */
  readonly truncated?: true;
}
