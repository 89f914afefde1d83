import type { TaskEvent } from '../../contracts/task-event.ts';
import type { ScriptArgument } from '../azure/redis-scripts.ts';
import { toEvent } from '../events/event-record.ts';
import { type TaskFields, toFields } from './task-record.ts';
import type { OwnerLimits, StorableTask } from './task-store.ts';

export type Accepted =
  | {
      readonly outcome: 'accepted';
      readonly fields: TaskFields;
      /** Of a task that is parked. */ readonly events: TaskEvent[];
    }
  | { readonly outcome: 'duplicate'; readonly fields: TaskFields }
  | { readonly outcome: 'in-flight' | 'reused' | 'withdrawn' | 'full' };

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

/** What accept.lua answered. */
export function toAccepted([outcome, found, announced]: readonly unknown[]): Accepted {
  switch (outcome) {
    case 'accepted': {
      const events = (announced as string[]).map(toEvent);
      return { outcome, fields: toFields(found as string[]), events };
    }
    case 'duplicate':
      return { outcome, fields: toFields(found as string[]) };
    default:
      return { outcome: outcome as 'in-flight' | 'reused' | 'withdrawn' | 'full' };
  }
}
