import type { RetryOptions } from '../../contracts/submit.ts';
import type { Delivery, Priority, TaskState, Wait } from '../../contracts/task-states.ts';
import type { DiscardNote, EditNote, Progress, Task, TaskError } from '../../contracts/task.ts';

/** The part of a task that is fixed when it is submitted; one JSON field of the record. */
export interface TaskDetails {
  readonly about?: string;
  readonly tags: readonly string[];
  readonly priority: Priority;
  readonly retry?: RetryOptions;
  readonly orderingKey?: string;
  readonly concurrencyKey?: string;
  readonly traceparent?: string;
  readonly run?: RunOf;
}

/** The schedule that a task is a run of, and the time it is for (milliseconds since 1970); none when it was asked for by hand. */
export interface RunOf {
  readonly scheduleId: string;
  readonly occurrenceAt?: number;
}

/** A task as Redis holds it: a hash of strings, times in milliseconds. */
export type TaskFields = Readonly<Record<string, string>>;

/** Turns the flat reply of HGETALL inside a script into fields. */
export function toFields(flat: readonly string[]): TaskFields {
  const fields: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i]!] = flat[i + 1]!;
  return fields;
}

const iso = (milliseconds: string) => new Date(Number(milliseconds)).toISOString();

/** @param largeResult JSON of a result that is stored beside the record */
export function toTask(fields: TaskFields, largeResult?: string | null): Task {
  const details = JSON.parse(fields.details!) as TaskDetails;
  const result = fields.result ?? largeResult ?? undefined;
  return {
    id: fields.id!,
    type: fields.type!,
    ...(details.about !== undefined && { about: details.about }),
    state: fields.state as TaskState,
    owner: fields.owner!,
    attempt: Number(fields.attempt),
    maxAttempts: Number(fields.maxAttempts),
    ...(fields.progress !== undefined && { progress: JSON.parse(fields.progress) as Progress }),
    ...(result !== undefined && { result: JSON.parse(result) as unknown }),
    ...(result === undefined && fields.resultBytes !== undefined && { resultBytes: Number(fields.resultBytes) }),
    ...(fields.error !== undefined && { error: JSON.parse(fields.error) as TaskError }),
    tags: [...details.tags],
    priority: details.priority,
    delivery: fields.delivery as Delivery,
    ...(details.orderingKey !== undefined && { orderingKey: details.orderingKey }),
    ...(details.concurrencyKey !== undefined && { concurrencyKey: details.concurrencyKey }),
    ...(fields.parked !== undefined && { waitingFor: waitOf(fields.parked) }),
    ...(fields.duplicates !== undefined && { duplicates: Number(fields.duplicates) }),
    ...runOf(details.run),
    ...times(fields),
    ...(fields.replays !== undefined && { replays: Number(fields.replays) }),
    ...(fields.edited !== undefined && { edited: JSON.parse(fields.edited) as EditNote }),
    ...(fields.discarded !== undefined && { discarded: JSON.parse(fields.discarded) as DiscardNote }),
    payloadBytes: Number(fields.payloadBytes),
    createdAt: iso(fields.createdAt!),
  };
}

function runOf(run: RunOf | undefined): Pick<Task, 'scheduleId' | 'occurrenceAt'> {
  if (run === undefined) return {};
  const { scheduleId, occurrenceAt } = run;
  return { scheduleId, ...(occurrenceAt !== undefined && { occurrenceAt: new Date(occurrenceAt).toISOString() }) };
}

/** @param gate key of the sorted set in which the task is parked (lua/shared/gates.lua) */
function waitOf(gate: string): Wait {
  const [, kind] = gate.split('}:');
  if (kind!.startsWith('window:')) return 'owner-window';
  return kind!.startsWith('order:') ? 'ordering-key' : 'concurrency';
}

const optionalTimes = ['scheduledFor', 'expiresAt', 'nextAttemptAt', 'queuedAt', 'startedAt', 'finishedAt'] as const;

function times(fields: TaskFields): Partial<Record<(typeof optionalTimes)[number], string>> {
  const result: Partial<Record<(typeof optionalTimes)[number], string>> = {};
  for (const name of optionalTimes) {
    const value = fields[name];
    if (value !== undefined) result[name] = iso(value);
  }
  return result;
}
