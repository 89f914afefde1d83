import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import { allPartitions } from './task-id.ts';
import { replayedMessagesKey } from './task-keys.ts';

const messagesPerReceive = 500;
/** How many living dead letters one pass holds at most while it looks for replayed ones among them. */
const heldAtMost = 20_000;
const waitMs = 1_000;

/**
 * Takes the old messages of replayed tasks out of the broker's dead-letter queue. A message there can only be taken in its
 * turn, so the pass receives what lies before it as well, and gives that back at its end. Without replays it does nothing.
 */
export async function removeReplayedMessages(redis: Redis, openDeadLetters: () => ServiceBusReceiver): Promise<void> {
  const wanted = await readReplayed(redis);
  if (wanted.size === 0) return;
  const receiver = openDeadLetters();
  const held: ServiceBusReceivedMessage[] = [];
  try {
    while (wanted.size > 0 && held.length < heldAtMost) {
      const messages = await receiver.receiveMessages(messagesPerReceive, { maxWaitTimeInMs: waitMs });
      // What is not in the queue any more has been taken out by somebody else.
      if (messages.length === 0) return await forget(redis, [...wanted.entries()]);
      const replayed = messages.filter(({ messageId }) => wanted.has(String(messageId)));
      held.push(...messages.filter(({ messageId }) => !wanted.has(String(messageId))));
      await Promise.all(replayed.map((message) => receiver.completeMessage(message)));
      const done = replayed.map(({ messageId }): [string, string] => [
        String(messageId),
        wanted.get(String(messageId))!,
      ]);
      await forget(redis, done);
      for (const [messageId] of done) wanted.delete(messageId);
    }
  } finally {
    await Promise.allSettled(held.map((message) => receiver.abandonMessage(message)));
    await receiver.close();
  }
}

/** Message IDs of replayed tasks, each with the partition that remembers it. */
async function readReplayed(redis: Redis): Promise<Map<string, string>> {
  const sets = await Promise.all(allPartitions.map((partition) => redis.smembers(replayedMessagesKey(partition))));
  return new Map(sets.flatMap((ids, i) => ids.map((id): [string, string] => [id, allPartitions[i]!])));
}

async function forget(redis: Redis, messages: readonly [messageId: string, partition: string][]): Promise<void> {
  await Promise.all(messages.map(([messageId, partition]) => redis.srem(replayedMessagesKey(partition), messageId)));
}
