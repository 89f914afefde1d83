import type { Broker } from '../broker/broker.ts';
import { ServiceBusError } from '../broker/errors.ts';
import { Access, PlainMechanism } from './access.ts';
import { cbsNode } from './cbs.ts';
import { ConsumerLink } from './consumer-link.ts';
import type { GuardedSocket } from './frame-guard.ts';
import { amqpError } from './link-error.ts';
import { managementNode } from './management/node.ts';
import { ProducerLink } from './producer-link.ts';
import { ReplyLinks, RequestLink } from './request-link.ts';
import type { LinkContext, LinkSession, ReceivingLink, SendingLink, ServerConnection } from './rhea.ts';
import { type AccessKeys, pathOf } from './sas-token.ts';

const CBS = '$cbs';
const MANAGEMENT = '/$management';
/** Bytes a client may leave unread before it gets no further messages. */
const CONGESTED = 1024 * 1024;

/** What a connection must know of the namespace. */
export interface Namespace {
  readonly broker: Broker;
  readonly accessKeys: AccessKeys;
  readonly now: () => number;
}

/** One client's connection: gives each link it attaches to the node it names. */
export class ClientConnection {
  readonly #namespace: Namespace;
  readonly #connection: ServerConnection;
  readonly #socket: GuardedSocket;
  readonly #access: Access;
  readonly #replies = new ReplyLinks();
  readonly #consumers = new Map<SendingLink, ConsumerLink>();

  constructor(connection: ServerConnection, socket: GuardedSocket, namespace: Namespace) {
    this.#namespace = namespace;
    this.#connection = connection;
    this.#socket = socket;
    this.#access = new Access(namespace.accessKeys, namespace.now);
    connection.on('connection_open', () => this.#signIn());
    connection.on('sender_open', ({ sender }: LinkContext<SendingLink>) =>
      this.#attach(sender, () => this.#openSender(sender)),
    );
    connection.on('receiver_open', ({ receiver }: LinkContext<ReceivingLink>) =>
      this.#attach(receiver, () => this.#openReceiver(receiver)),
    );
    connection.on('sender_close', ({ sender }: LinkContext<SendingLink>) => this.#closeSender(sender));
    connection.on('session_close', ({ session }: LinkContext<never>) => this.#closeSession(session));
    for (const event of ['connection_close', 'disconnected']) connection.on(event, () => this.close());
    socket.on('drain', () => this.#wakeConsumers());
  }

  /** Lets go of everything the client held through its links; locks stay until they end. */
  close(): void {
    for (const link of [...this.#consumers.keys()]) this.#closeSender(link);
  }

  #signIn(): void {
    if (this.#connection.sasl_transport?.selected?.mechanism instanceof PlainMechanism) this.#access.grantAll();
  }

  /** A refused link is attached without a terminus and detached with the error. */
  #attach(link: SendingLink | ReceivingLink, open: () => void): void {
    try {
      open();
    } catch (error) {
      link.close(amqpError(error));
    }
  }

  #openSender(link: SendingLink): void {
    const address = addressOf(link.source);
    link.local.attach.snd_settle_mode = link.snd_settle_mode;
    link.local.attach.rcv_settle_mode = link.rcv_settle_mode;
    if (address === CBS || address.endsWith(MANAGEMENT)) {
      if (address !== CBS) this.#access.demand(address);
      this.#replies.add(link);
    } else {
      this.#access.demand(address);
      const queue = this.#namespace.broker.source(address);
      this.#consumers.set(
        link,
        new ConsumerLink(link, queue, this.#namespace.broker, () => this.#socket.backlog > CONGESTED),
      );
    }
    link.set_source(link.source);
    link.set_target(link.target);
  }

  #openReceiver(link: ReceivingLink): void {
    const address = addressOf(link.target);
    const { broker } = this.#namespace;
    if (address === CBS) {
      new RequestLink(link, this.#replies, cbsNode(this.#access));
    } else {
      this.#access.demand(address);
      if (address.endsWith(MANAGEMENT))
        new RequestLink(link, this.#replies, managementNode(broker, address.slice(0, -MANAGEMENT.length)));
      else new ProducerLink(link, broker.target(address), broker);
    }
    link.set_target({ address: link.target.address });
    link.set_source(link.source);
  }

  #closeSender(link: SendingLink): void {
    this.#replies.remove(link);
    this.#consumers.get(link)?.close();
    this.#consumers.delete(link);
  }

  #closeSession(session: LinkSession): void {
    for (const link of [...this.#consumers.keys()]) if (link.session === session) this.#closeSender(link);
  }

  #wakeConsumers(): void {
    for (const consumer of this.#consumers.values()) consumer.wake();
  }
}

function addressOf(terminus: { address?: unknown } | null | undefined): string {
  if (typeof terminus?.address === 'string') return pathOf(terminus.address);
  throw new ServiceBusError(
    'amqp:not-implemented',
    'A link needs an address; transactions and dynamic nodes are not supported.',
  );
}
