import type { ServiceBusMessage } from '@azure/service-bus';
import type { TaskEvent } from '../../contracts/task-event.ts';
import type { Task } from '../../contracts/task.ts';
import { AppError, unavailable } from '../errors.ts';
import { createTaskMessage } from './task-message.ts';
import { toTask, type TaskFields } from './task-record.ts';
import type { NewTask, TaskStore } from './task-store.ts';

export interface Submitting {
  readonly store: TaskStore;
  readonly send: (message: ServiceBusMessage) => Promise<void>;
  readonly publish: (owner: string, events: readonly TaskEvent[]) => void;
}

/**
 * Stores a task, then sends its message. When it returns, both are safe; when it throws, nothing of the task is left.
 * When the process dies in between, the sweeper finds the task in the outbox.
 * @throws AppError `idempotency-key-reused`, `conflict` while the first request with the key is under way, `dependency-unavailable`
 */
export async function submitTask({ store, send, publish }: Submitting, task: NewTask): Promise<Task> {
  const accepted = await store.accept(task);
  switch (accepted.outcome) {
    case 'duplicate':
      return toTask(accepted.fields);
    case 'in-flight':
      throw new AppError('conflict', 'A request with this Idempotency-Key is still under way. Try again in a second.', {
        retryAfterS: 1,
      });
    case 'reused':
      throw new AppError(
        'idempotency-key-reused',
        'This Idempotency-Key came before with another request. Use a new key for a new task.',
      );
    case 'accepted':
      break;
  }
  await sendOrWithdraw(store, send, accepted.fields, task.scheduledFor);
  const confirmed = await store.confirmSent(task.id, 1);
  publish(task.owner, confirmed.events);
  return toTask(confirmed.fields);
}

async function sendOrWithdraw(
  store: TaskStore,
  send: Submitting['send'],
  fields: TaskFields,
  scheduledFor: number | undefined,
): Promise<void> {
  try {
    await send(createTaskMessage(fields, 1, scheduledFor));
  } catch (error) {
    // Not withdrawn means that a worker has it already: the message arrived, only the broker's answer did not.
    if (await store.withdraw(fields.id!)) throw unavailable('Service Bus', error);
  }
}
