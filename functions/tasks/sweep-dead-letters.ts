import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Engine } from './engine.ts';
import { isTaskId } from './task-id.ts';
import { readTaskMessage } from './task-message.ts';

type Peek = (fromSequenceNumber: bigint, count: number) => Promise<ServiceBusReceivedMessage[]>;

const page = 100;
const pagesPerSweep = 20;

/** Where the next look begins. Kept in memory only: a new process looks through the queue once more. */
let next = 1n;

/**
 * Brings the records in line with the broker's dead-letter queue: a task whose message the broker gave up on (a payload
 * that kills its process, a lock lost again and again) gets no further delivery, so its record says so too.
 */
export async function sweepDeadLetters(engine: Engine, peek: Peek): Promise<void> {
  for (let pages = 0; pages < pagesPerSweep; pages += 1) {
    const messages = await peek(next, page);
    for (const message of messages) {
      if (!(await settle(engine, message))) return;
      next = BigInt(String(message.sequenceNumber ?? next)) + 1n;
    }
    if (messages.length < page) return;
  }
}

/** @returns false while a worker still holds the task: to be looked at again */
async function settle(engine: Engine, message: ServiceBusReceivedMessage): Promise<boolean> {
  if (typeof message.body !== 'string' || !isTaskId(message.body)) return true;
  const { id, attempt } = readTaskMessage(message.body, {
    messageId: message.messageId,
    applicationProperties: message.applicationProperties,
  });
  const why = message.deadLetterReason ?? 'no reason given';
  const error = {
    code: 'delivery-limit',
    message: `The broker gave up delivering this task (${why}): each time, the process died or lost the message. See the logs of that time.`,
  };
  const { outcome, events } = await engine.store.giveUp(id, attempt, error);
  const [event] = events;
  if (event !== undefined) {
    engine.log(`Task ${id} was dead-lettered by the broker: ${why}.`);
    engine.publish(String(message.applicationProperties?.owner), events);
  }
  return outcome !== 'busy';
}
