import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Engine } from './engine.ts';
import { findTaskMessage } from './task-message.ts';

type Peek = (queue: string, fromSequenceNumber: bigint, count: number) => Promise<ServiceBusReceivedMessage[]>;

const page = 100;
const pagesPerSweep = 20;

/**
 * Where the next look at each queue begins. A queue is ordered by when messages were first sent, not by when they were dead-lettered,
 * so the sweeper goes round and round.
 */
const next = new Map<string, bigint>();

/**
 * Brings the records in line with the broker's dead-letter queue: a task whose message the broker gave up on (a payload
 * that kills its process, a lock lost again and again) gets no further delivery, so its record says so too.
 */
export async function sweepDeadLetters(engine: Engine, queue: string, peek: Peek): Promise<void> {
  for (let pages = 0; pages < pagesPerSweep; pages += 1) {
    const messages = await peek(queue, next.get(queue) ?? 1n, page);
    await Promise.all(messages.map((message) => trySettle(engine, queue, message)));
    const last = messages.at(-1)?.sequenceNumber;
    if (messages.length < page || last === undefined) return void next.delete(queue);
    next.set(queue, BigInt(String(last)) + 1n);
  }
}

/** One that cannot be settled keeps no other from it; the next round tries again. */
async function trySettle(engine: Engine, queue: string, message: ServiceBusReceivedMessage): Promise<void> {
  try {
    await settle(engine, queue, message);
  } catch (error) {
    engine.log(`The dead-lettered message ${String(message.messageId)} could not be settled yet:`, error);
  }
}

async function settle(engine: Engine, queue: string, message: ServiceBusReceivedMessage): Promise<void> {
  const found = findTaskMessage(message);
  if (found === undefined) return;
  const { id, attempt } = found;
  const why = message.deadLetterReason ?? 'no reason given';
  const error = {
    code: 'delivery-limit',
    message: `The broker gave up delivering this task (${why}): each time, the process died or lost the message. See the logs of that time.`,
  };
  // While a worker still holds the lease nothing happens: the next round comes by again. What is obsolete is noted for removal.
  const { owner, events } = await engine.store.giveUp(id, attempt, error, {
    messageId: String(message.messageId),
    queue,
  });
  if (events.length === 0) return;
  engine.log(`Task ${id} was dead-lettered by the broker: ${why}.`);
  engine.publish(owner, events);
}
