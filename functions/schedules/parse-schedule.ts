import { SaveSchedule, type ScheduleDefinition, scheduleLimits } from '../../contracts/schedule.ts';
import { SubmitTask } from '../../contracts/submit.ts';
import { toInputErrors, type TaskType } from '../task-types/define-task-type.ts';
import { invalid, parseSubmission, type SubmissionLimits } from '../tasks/parse-submission.ts';
import type { RunOf } from '../tasks/task-record.ts';
import type { NewTask } from '../tasks/new-task.ts';
import { type Occurrences, parseCron } from './cron.ts';

export interface ParsedSchedule {
  readonly definition: ScheduleDefinition;
  readonly occurrences: Occurrences;
}

interface Submitting {
  readonly owner: string;
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly limits: SubmissionLimits;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const hint = 'Correct what errors[] points at. The task is checked as by POST /api/tasks.';

/**
 * Checks what a client sent, and the task in it as if it were submitted now.
 * @throws AppError `invalid-request` with JSON pointers, or `payload-too-large`
 */
export function parseSchedule(body: unknown, submitting: Submitting): ParsedSchedule {
  const parsed = SaveSchedule.safeParse(body);
  if (!parsed.success) throw invalid(toInputErrors(parsed.error), hint);
  const definition = parsed.data;
  const cron = parseCron(definition.cron, definition.timeZone);
  if ('error' in cron) throw invalid([cron.error], hint);
  parseRun(definition, submitting);
  return { definition, occurrences: cron.occurrences };
}

/**
 * The task of one run.
 * @throws AppError as `parseSubmission`
 */
export function parseRun(
  definition: ScheduleDefinition,
  { owner, taskTypes, limits, now }: Submitting,
  run?: RunOf,
): NewTask {
  const payloadLimitBytes = Math.min(limits.payloadLimitBytes, scheduleLimits.payloadBytes);
  const submission = { owner, body: toSubmission(definition), ...(run !== undefined && { run }) };
  return parseSubmission(submission, taskTypes, { ...limits, payloadLimitBytes }, now);
}

/** What of a schedule would be sent to `POST /api/tasks`. */
export function toSubmission(definition: ScheduleDefinition): SubmitTask {
  const fields = Object.entries(definition).filter(([name]) => name in SubmitTask.shape);
  return Object.fromEntries(fields) as SubmitTask;
}
