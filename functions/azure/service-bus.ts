import {
  ServiceBusClient,
  type ServiceBusMessage,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
  type ServiceBusSender,
} from '@azure/service-bus';
import Long from 'long';
import { taskQueue } from '../../contracts/names.ts';
import { getSettings, type Settings } from '../settings.ts';
import { batcher } from './batcher.ts';
import { lazyCredential } from './credential.ts';
import { sendFramesAtOnce } from './no-delay.ts';

/** A message carries an ID and a few properties, well under 1 KB; Standard takes 256 KB in one batch. */
const messagesPerSend = 100;
const sendDeadlineMs = 8_000;

sendFramesAtOnce();

let client: ServiceBusClient | undefined;
const senders = new Map<string, (message: ServiceBusMessage) => Promise<void>>();

const loneSenders = new Map<string, ServiceBusSender>();

function getClient(): ServiceBusClient {
  client ??= connectServiceBus(getSettings());
  return client;
}

type ServiceBusSettings = Pick<Settings, `ServiceBusConnection${'' | '__fullyQualifiedNamespace' | '__clientId'}`>;

/** By connection string, or else by namespace and identity. */
export function connectServiceBus(settings: ServiceBusSettings): ServiceBusClient {
  const options = { retryOptions: { maxRetries: 1, retryDelayInMs: 250, timeoutInMs: 5_000 } };
  if (settings.ServiceBusConnection) return new ServiceBusClient(settings.ServiceBusConnection, options);
  const credential = lazyCredential(settings.ServiceBusConnection__clientId);
  return new ServiceBusClient(settings.ServiceBusConnection__fullyQualifiedNamespace ?? '', credential, options);
}

/** Settles when the broker has accepted the message. */
export function sendMessage({ queue, message }: { queue: string; message: ServiceBusMessage }): Promise<void> {
  let add = senders.get(queue);
  if (add === undefined) {
    const sender = getClient().createSender(queue);
    add = batcher((messages: ServiceBusMessage[]) => withDeadline(sender.sendMessages(messages)), {
      items: messagesPerSend,
    });
    senders.set(queue, add);
  }
  return add(message);
}

/** Sends one message by itself: it may be large, and its sender has gathered already. Settles when the broker has accepted it. */
export async function sendAlone(queueOrTopic: string, message: ServiceBusMessage): Promise<void> {
  let sender = loneSenders.get(queueOrTopic);
  if (sender === undefined) loneSenders.set(queueOrTopic, (sender = getClient().createSender(queueOrTopic)));
  await withDeadline(sender.sendMessages(message));
}

/** Looks at messages of a queue's dead-letter queue from a sequence number on, and leaves them there. */
export async function peekDeadLetters(
  queue: string,
  fromSequenceNumber: bigint,
  count: number,
): Promise<ServiceBusReceivedMessage[]> {
  const receiver = openDeadLetters(queue);
  try {
    return await receiver.peekMessages(count, { fromSequenceNumber: Long.fromString(String(fromSequenceNumber)) });
  } finally {
    await receiver.close();
  }
}

/** For taking messages out of the dead-letter queue, or giving them back. */
export function openDeadLetters(queue: string): ServiceBusReceiver {
  return getClient().createReceiver(queue, { subQueueType: 'deadLetter' });
}

/** For taking messages out of the dead-letter queue of a subscription. */
export function openSubscriptionDeadLetters(topic: string, subscription: string): ServiceBusReceiver {
  return getClient().createReceiver(topic, subscription, { subQueueType: 'deadLetter' });
}

/** Asks the broker for one message, without taking it: fails when the broker or the queue is out of reach. */
export async function checkServiceBus(): Promise<void> {
  const receiver = getClient().createReceiver(taskQueue);
  try {
    await withDeadline(receiver.peekMessages(1));
  } finally {
    void receiver.close().catch(() => undefined);
  }
}

export async function closeServiceBus(): Promise<void> {
  const open = client;
  client = undefined;
  senders.clear();
  loneSenders.clear();
  await open?.close();
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Service Bus did not answer within ${sendDeadlineMs / 1000} s`)),
      sendDeadlineMs,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
