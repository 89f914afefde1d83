import { type Schedule, type ScheduleDefinition, scheduleLimits } from '../../contracts/schedule.ts';
import type { TaskError } from '../../contracts/task.ts';
import { type Occurrences, parseCron } from './cron.ts';

/** A schedule as Redis holds it: a hash of strings, times in milliseconds. */
export type ScheduleFields = Readonly<Record<string, string>>;

/** A run: its task, and the time it was for. */
export interface Run {
  readonly taskId: string;
  readonly at: number;
}

export function definitionOf(fields: ScheduleFields): ScheduleDefinition {
  return JSON.parse(fields.definition!) as ScheduleDefinition;
}

const iso = (milliseconds: number | string) => new Date(Number(milliseconds)).toISOString();

/**
 * @param lastDue the last run that was due
 * @param now milliseconds since 1970
 */
export function toSchedule(fields: ScheduleFields, lastDue: Run | undefined, now: number): Schedule {
  const definition = definitionOf(fields);
  const paused = fields.paused !== undefined;
  const upcoming = paused ? [] : nextTimes(definition, now).map(iso);
  const last = lastRun(fields, lastDue);
  return {
    id: fields.id!,
    ...definition,
    paused,
    owner: fields.owner!,
    ...(upcoming[0] !== undefined && { nextRunAt: upcoming[0] }),
    ...(last !== undefined && { lastRunAt: iso(last.at), lastTaskId: last.taskId }),
    ...(fields.error !== undefined && { lastError: JSON.parse(fields.error) as TaskError }),
    createdAt: iso(fields.createdAt!),
    updatedAt: iso(fields.updatedAt!),
    upcoming,
  };
}

function lastRun(fields: ScheduleFields, due: Run | undefined): Run | undefined {
  if (fields.askedTaskId === undefined) return due;
  const asked = { taskId: fields.askedTaskId, at: Number(fields.askedAt) };
  return due !== undefined && due.at > asked.at ? due : asked;
}

function nextTimes({ cron, timeZone }: ScheduleDefinition, now: number): number[] {
  const parsed = parseCron(cron, timeZone);
  return 'error' in parsed ? [] : upcomingTimes(parsed.occurrences, now);
}

/** The next `scheduleLimits.upcoming` times, in milliseconds since 1970. */
export function upcomingTimes(occurrences: Occurrences, now: number): number[] {
  const times: number[] = [];
  for (
    let time = occurrences.after(now);
    time !== undefined && times.length < scheduleLimits.upcoming;
    time = occurrences.after(time)
  ) {
    times.push(time);
  }
  return times;
}
