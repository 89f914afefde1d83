import type { TaskEvent } from '../../contracts/task-event.ts';
import type { ScriptArgument } from '../azure/redis-scripts.ts';
import { toEvent } from '../events/event-record.ts';
import { timeOfTaskId } from './task-id.ts';
import { type TaskFields, toFields } from './task-record.ts';
import type { StorableTask } from './new-task.ts';
import type { OwnerLimits } from './owner-limits.ts';

export type Accepted =
  | {
      readonly outcome: 'accepted';
      readonly fields: TaskFields;
      /** Of a task that is parked. */ readonly events: TaskEvent[];
    }
  | { readonly outcome: 'duplicate'; readonly fields: TaskFields }
  | { readonly outcome: 'full'; /** How many tasks of one owner may wait. */ readonly limit: number }
  | { readonly outcome: 'in-flight' | 'reused' | 'withdrawn' };

/** A run of a schedule, and the position of the schedule it is taken from. Times in milliseconds since 1970. */
export interface NewRun {
  readonly scheduleId: string;
  readonly version: string;
  readonly cursor: string;
  readonly occurrence: number;
  /** The time of the run after it; undefined when none follows. */
  readonly next: number | undefined;
}

/** ARGV of accept.lua, after the time. */
export function acceptArguments(task: StorableTask, { window, backlog }: OwnerLimits): ScriptArgument[] {
  const { idempotency } = task;
  const state = task.scheduledFor === undefined ? 'queued' : 'scheduled';
  const details = JSON.stringify(task.details);
  // prettier-ignore
  return [
    task.owner, task.type, state, task.delivery, details, task.payload, task.payloadBytes, task.maxAttempts,
    task.scheduledFor ?? '', task.expiresAt ?? '',
    idempotency?.key ?? '', idempotency?.fingerprint ?? '', idempotency?.keptMs ?? '',
    task.lane, task.orderingKey ?? '', task.holds ? 1 : '', task.concurrencyKey ?? '',
    window, backlog, task.callbackUrl ?? '',
    task.payloadSha256 ?? '', task.payloadBlob ?? '', task.payloadCacheMs ?? '',
  ];
}

/** The record as accept.lua writes it, so that it need not send it back. */
function acceptedFields(task: StorableTask): TaskFields {
  const { idempotency } = task;
  return {
    id: task.id,
    owner: task.owner,
    type: task.type,
    state: task.scheduledFor === undefined ? 'queued' : 'scheduled',
    delivery: task.delivery,
    details: JSON.stringify(task.details),
    lane: task.lane,
    payloadBytes: String(task.payloadBytes),
    attempt: '0',
    maxAttempts: String(task.maxAttempts),
    createdAt: String(timeOfTaskId(task.id)),
    ...(task.scheduledFor !== undefined && { scheduledFor: String(task.scheduledFor) }),
    ...(task.expiresAt !== undefined && { expiresAt: String(task.expiresAt) }),
    ...(task.orderingKey && { orderingKey: task.orderingKey }),
    ...(task.holds && { holds: '1' }),
    ...(task.concurrencyKey && { concurrencyKey: task.concurrencyKey }),
    ...(task.callbackUrl && { callbackUrl: task.callbackUrl }),
    ...(task.payloadSha256 && { payloadSha256: task.payloadSha256 }),
    ...(task.payloadBlob && { payloadBlob: task.payloadBlob }),
    ...(idempotency && { idempotencyKey: idempotency.key }),
  };
}

/** What accept.lua answered. */
export function toAccepted(task: StorableTask, [outcome, found, announced]: readonly unknown[]): Accepted {
  switch (outcome) {
    case 'accepted': {
      const events = (announced as string[]).map(toEvent);
      return { outcome, fields: found === null ? acceptedFields(task) : toFields(found as string[]), events };
    }
    case 'duplicate':
      return { outcome, fields: toFields(found as string[]) };
    case 'full':
      return { outcome, limit: Number(found) };
    default:
      return { outcome: outcome as 'in-flight' | 'reused' | 'withdrawn' };
  }
}
