import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import Long from 'long';
import { allPartitions } from './task-id.ts';
import { obsoleteMessagesKey } from './task-keys.ts';
import { type DeadMessage, findTaskMessage } from './task-message.ts';

const messagesPerReceive = 500;
/** How many living dead letters one pass holds at most while it looks for obsolete ones among them. */
const heldAtMost = 20_000;
const waitMs = 1_000;

/** By `<task>:<attempt>`, or `<task> <message ID>` where it is one message only: the partition that remembers it. */
type Wanted = Map<string, string>;

/**
 * Takes messages that are no evidence of a dead letter any more out of the broker's dead-letter queues. A message there can only be taken in its
 * turn, so the pass receives what lies before it as well, and gives that back at its end. Without such messages it does nothing.
 * @param open for each queue, a receiver of its dead letters
 */
export async function removeObsoleteMessages(redis: Redis, open: readonly (() => ServiceBusReceiver)[]): Promise<void> {
  const wanted = await readObsolete(redis);
  let seenAll = true;
  for (const openDeadLetters of open) {
    if (wanted.size === 0) return;
    seenAll = (await removeFrom(openDeadLetters(), redis, wanted)) && seenAll;
  }
  // What is in no queue any more has been taken out by somebody else.
  if (seenAll) await forget(redis, [...wanted]);
}

/** @returns true when the whole queue has been looked through */
async function removeFrom(receiver: ServiceBusReceiver, redis: Redis, wanted: Wanted): Promise<boolean> {
  const held: ServiceBusReceivedMessage[] = [];
  try {
    // Receiving from an empty queue takes its whole waiting time. A peek that names no number goes on where another ended.
    if ((await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).length === 0) return true;
    while (wanted.size > 0 && held.length < heldAtMost) {
      const messages = await receiver.receiveMessages(messagesPerReceive, { maxWaitTimeInMs: waitMs });
      if (messages.length === 0) return true;
      const isWanted = (message: ServiceBusReceivedMessage) => namesOf(message).some((name) => wanted.has(name));
      const obsolete = messages.filter(isWanted);
      held.push(...messages.filter((message) => !isWanted(message)));
      await Promise.all(obsolete.map((message) => receiver.completeMessage(message)));
      const names = new Set(obsolete.flatMap(namesOf).filter((name) => wanted.has(name)));
      await forget(
        redis,
        [...names].map((name): [string, string] => [name, wanted.get(name)!]),
      );
      for (const name of names) wanted.delete(name);
    }
    return false;
  } finally {
    await Promise.allSettled(held.map((message) => receiver.abandonMessage(message)));
    await receiver.close();
  }
}

/** What `obsolete-messages` may call it. */
export function namesOf(message: DeadMessage): string[] {
  const found = findTaskMessage(message);
  return found === undefined ? [] : [`${found.id}:${found.attempt}`, `${found.id} ${String(message.messageId)}`];
}

async function readObsolete(redis: Redis): Promise<Wanted> {
  const sets = await Promise.all(allPartitions.map((partition) => redis.smembers(obsoleteMessagesKey(partition))));
  return new Map(sets.flatMap((names, i) => names.map((name): [string, string] => [name, allPartitions[i]!])));
}

async function forget(redis: Redis, messages: readonly [name: string, partition: string][]): Promise<void> {
  await Promise.all(messages.map(([name, partition]) => redis.srem(obsoleteMessagesKey(partition), name)));
}
