import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
import type { HistoryStore } from './history-store.ts';
import { recordEndings } from './record-endings.ts';

const perReceive = 100;
const waitMs = 1_000;
const rounds = 20;

/**
 * Tries once more with what the broker gave up on while Table Storage was out of reach.
 * @param receiver of the dead letters of the subscription; closed at the end
 * @returns how many messages stay, as they are none that history can read
 */
export async function recordDeadLetters(store: HistoryStore, receiver: ServiceBusReceiver): Promise<number> {
  const left: ServiceBusReceivedMessage[] = [];
  try {
    // Receiving from an empty queue takes its whole waiting time.
    if ((await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).length === 0) return 0;
    for (let round = 0; round < rounds; round += 1) {
      const messages = await receiver.receiveMessages(perReceive, { maxWaitTimeInMs: waitMs });
      if (messages.length === 0) break;
      for (const message of messages) {
        if (await isRecorded(store, message)) await receiver.completeMessage(message);
        else left.push(message);
      }
    }
    return left.length;
  } finally {
    await Promise.allSettled(left.map((message) => receiver.abandonMessage(message)));
    await receiver.close();
  }
}

async function isRecorded(store: HistoryStore, { body }: ServiceBusReceivedMessage): Promise<boolean> {
  try {
    await recordEndings(store, body, async () => undefined);
    return true;
  } catch {
    return false;
  }
}
