import type { Broker } from '../broker/broker.ts';
import { ServiceBusError } from '../broker/errors.ts';
import type { IncomingMessage } from '../broker/message.ts';
import { readBatch, readMessage } from './incoming-message.ts';
import { amqpError } from './link-error.ts';
import { ACCEPTED, type LinkContext, type LinkDelivery, type ReceivingLink, rejected } from './rhea.ts';
import { receivedSize } from './transfer-guard.ts';

/** Messages a client may send ahead of our answers. */
const CREDIT = 1000;
/** A transfer that carries several encoded messages. */
const BATCH_FORMAT = 0x80013700;

/** Where a message goes; `send` is durable after the store's next commit. */
export interface MessageSink {
  send(messages: readonly IncomingMessage[]): unknown;
}

/** A link on which a client sends messages to an entity. */
export class ProducerLink {
  readonly #link: ReceivingLink;
  readonly #sink: MessageSink;
  readonly #broker: Broker;

  constructor(link: ReceivingLink, sink: MessageSink, broker: Broker) {
    this.#link = link;
    this.#sink = sink;
    this.#broker = broker;
    link.on('message', (context: LinkContext<ReceivingLink>) => this.#take(context));
    link.add_credit(CREDIT);
  }

  #take({ delivery, message = Buffer.alloc(0) }: LinkContext<ReceivingLink>): void {
    if (!this.#link.is_open()) return;
    try {
      checkSize(this.#link);
      this.#broker.faults.demand('send');
      const messages = delivery.format === BATCH_FORMAT ? readBatch(message) : [readMessage(message)];
      if (messages.length === 0)
        throw new ServiceBusError('com.microsoft:argument-error', 'The batch holds no message.');
      this.#sink.send(messages);
      this.#broker.store.afterCommit(() => this.#answer(delivery, ACCEPTED));
    } catch (error) {
      this.#answer(delivery, rejected(amqpError(error)));
    }
  }

  #answer(delivery: LinkDelivery, state: unknown): void {
    if (!this.#link.is_open()) return;
    delivery.update(true, state);
    if (this.#link.credit <= CREDIT / 2) this.#link.add_credit(CREDIT - this.#link.credit);
  }
}

function checkSize(link: ReceivingLink): void {
  const [size, limit] = [receivedSize(link), link.local.attach.max_message_size ?? Infinity];
  if (size <= limit) return;
  throw new ServiceBusError(
    'amqp:link:message-size-exceeded',
    `The received message (size:${size} bytes) exceeds the limit (${limit} bytes) currently allowed on the link.`,
  );
}
