import type { TaskEvent } from '../../contracts/task-event.ts';
import { missingRole } from '../azure/missing-role.ts';
import { messageTime } from './hops.ts';
import { createTaskMessage, type OutgoingMessage } from './task-message.ts';
import type { TaskFields } from './task-record.ts';
import type { TaskStore } from './task-store.ts';

/** What sending a task on its way needs. */
export interface Dispatching {
  readonly store: TaskStore;
  readonly send: (message: OutgoingMessage) => Promise<void>;
  readonly publish: (owner: string, events: readonly TaskEvent[]) => void;
  /** Milliseconds since 1970; by default this machine's clock. */
  readonly now?: () => number;
}

/**
 * Sends the message for an attempt, to come at its time or, where that is far off, at the end of its next hop.
 * @param dueAt milliseconds since 1970; undefined for now
 * @returns when it comes, where that is before the task is due
 */
export async function sendAttempt(
  { send, now = Date.now }: Pick<Dispatching, 'send' | 'now'>,
  fields: TaskFields,
  attempt: number,
  dueAt?: number,
): Promise<number | undefined> {
  const at = dueAt === undefined ? undefined : messageTime(dueAt, now());
  await send(createTaskMessage(fields, attempt, at));
  return at === dueAt ? undefined : at;
}

/**
 * Sends the message for an attempt, then notes that the broker has it. When the process dies in between, or the sending
 * fails, the task stands in the outbox, where the sweeper finds it.
 * @param dueAt milliseconds since 1970; undefined for now
 */
export async function dispatch(
  dispatching: Dispatching,
  fields: TaskFields,
  attempt: number,
  dueAt?: number,
): Promise<{ queuedAt: string | undefined }> {
  const hopAt = await sendAttempt(dispatching, fields, attempt, dueAt);
  const { events, queuedAt } = await dispatching.store.confirmSent(
    fields.id!,
    attempt,
    Number(fields.resends ?? 0),
    hopAt,
  );
  dispatching.publish(fields.owner!, events);
  return { queuedAt };
}

const underWay = new Set<Promise<void>>();

/** Sends tasks whose turn has come, without keeping the caller waiting. */
export function dispatchWoken(dispatching: Dispatching, tasks: readonly TaskFields[]): void {
  for (const fields of tasks) {
    const sent = dispatch(dispatching, fields, Number(fields.attempt) + 1)
      .then(() => undefined)
      .catch((error: unknown) => {
        const why = missingRole('service-bus', error) ?? error;
        console.warn(`Task ${fields.id!} will be sent on its way by the sweeper:`, why);
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
  }
}

/** Settles when every task that was woken is on its way. */
export async function settleWoken(): Promise<void> {
  await Promise.all(underWay);
}
