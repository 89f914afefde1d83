import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import type { OutgoingMessage } from '../task-message.ts';

/** As contracts/service-bus.json declares the task queues. */
const deliveriesAtMost = 5;
const duplicatesKnownForMs = 10 * 60 * 1000;

export interface Message {
  readonly queue: string;
  readonly message: ServiceBusMessage;
  readonly dueAt: number;
  deliveries: number;
  /** Of the delivery that may settle it. */
  lock: number | undefined;
}

/**
 * A broker in memory that keeps no order, not even within a session: order is to hold by the records alone. Duplicate
 * detection, delivery counts and the dead-letter queue are as in Service Bus.
 */
export class SimulatedBroker {
  readonly #now: () => number;
  readonly #seen = new Map<string, number>();
  #locks = 0;
  messages: Message[] = [];
  dead: Message[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  send({ queue, message }: OutgoingMessage): void {
    const name = `${queue} ${String(message.messageId)}`;
    const seenAt = this.#seen.get(name);
    const now = this.#now();
    if (seenAt !== undefined && Math.abs(now - seenAt) < duplicatesKnownForMs) return;
    this.#seen.set(name, now);
    this.add({ queue, message });
  }

  /** Without looking for duplicates: a copy. */
  add({ queue, message }: OutgoingMessage): void {
    const dueAt = message.scheduledEnqueueTimeUtc?.getTime() ?? 0;
    this.messages.push({ queue, message, dueAt, deliveries: 0, lock: undefined });
  }

  /** Messages that can be delivered now. */
  deliverable(): Message[] {
    return this.messages.filter(({ dueAt, lock }) => lock === undefined && dueAt <= this.#now());
  }

  /** @returns what the receiver settles it with: done, or not */
  deliver(message: Message): (isDone: boolean) => void {
    const lock = (this.#locks += 1);
    message.lock = lock;
    return (isDone) => {
      if (message.lock !== lock) return;
      if (isDone) this.remove(message);
      else this.abandon(message);
    };
  }

  /** Whoever has it can no longer settle it, and it is delivered again. */
  abandon(message: Message): void {
    if (!this.messages.includes(message)) return;
    message.lock = undefined;
    message.deliveries += 1;
    if (message.deliveries < deliveriesAtMost) return;
    this.remove(message);
    this.dead.push(message);
  }

  remove(message: Message): void {
    this.messages = this.messages.filter((other) => other !== message);
  }

  /** When the next message is due; undefined when none is left. */
  nextDueAt(): number | undefined {
    const times = this.messages.map(({ dueAt }) => dueAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  peekDead(queue: string): ServiceBusReceivedMessage[] {
    return this.dead
      .filter((one) => one.queue === queue)
      .map(
        ({ message }) => ({ ...message, deadLetterReason: 'MaxDeliveryCountExceeded' }) as ServiceBusReceivedMessage,
      );
  }
}
