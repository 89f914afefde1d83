import type { Broker } from '../broker/broker.ts';
import { ServiceBusError } from '../broker/errors.ts';
import { Access, PlainMechanism } from './access.ts';
import { cbsNode } from './cbs.ts';
import { ConsumerLinks } from './consumer-links.ts';
import type { GuardedSocket } from './frame-guard.ts';
import { refuseLink } from './link-error.ts';
import { managementNode } from './management/node.ts';
import { ProducerLink } from './producer-link.ts';
import { ReplyLinks, RequestLink } from './request-link.ts';
import type { LinkContext, ReceivingLink, SendingLink, ServerConnection } from './rhea.ts';
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
  readonly #broker: Broker;
  readonly #connection: ServerConnection;
  readonly #access: Access;
  readonly #replies = new ReplyLinks();
  readonly #consumers: ConsumerLinks;

  constructor(connection: ServerConnection, socket: GuardedSocket, { broker, accessKeys, now }: Namespace) {
    this.#broker = broker;
    this.#connection = connection;
    this.#access = new Access(accessKeys, now);
    this.#consumers = new ConsumerLinks(broker, () => socket.backlog > CONGESTED);
    socket.on('drain', () => this.#consumers.wake());
    this.#listen();
  }

  #listen(): void {
    const connection = this.#connection;
    connection.on('connection_open', () => this.#signIn());
    connection.on('sender_open', ({ sender }: LinkContext<SendingLink>) =>
      attach(sender, () => this.#openSender(sender)),
    );
    connection.on('receiver_open', ({ receiver }: LinkContext<ReceivingLink>) =>
      attach(receiver, () => this.#openReceiver(receiver)),
    );
    connection.on('sender_close', ({ sender }: LinkContext<SendingLink>) => {
      this.#replies.remove(sender);
      // rhea reports outcomes a tick after it read them, and a client may settle and detach in one breath.
      process.nextTick(() => this.#consumers.close(sender));
    });
    connection.on('session_close', ({ session }: LinkContext<never>) => {
      process.nextTick(() => this.#consumers.closeAll(session));
    });
    for (const event of ['connection_close', 'disconnected']) connection.on(event, () => this.#consumers.closeAll());
    // Each is followed by the `_close` event that is handled; without a listener rhea would call it unhandled.
    for (const event of ['sender_error', 'receiver_error', 'session_error', 'receiver_close'])
      connection.on(event, () => undefined);
  }

  #signIn(): void {
    if (this.#connection.sasl_transport?.selected?.mechanism instanceof PlainMechanism) this.#access.grantAll();
  }

  #openSender(link: SendingLink): void {
    const address = addressOf(link.source);
    if (address !== CBS) this.#access.demand(address);
    link.local.attach.snd_settle_mode = link.snd_settle_mode;
    link.local.attach.rcv_settle_mode = link.rcv_settle_mode;
    if (address !== CBS && !address.endsWith(MANAGEMENT)) {
      this.#broker.faults.demand('attach');
      return this.#consumers.add(link, address);
    }
    this.#replies.add(link);
    link.set_source(link.source);
    link.set_target(link.target);
  }

  #openReceiver(link: ReceivingLink): void {
    const address = addressOf(link.target);
    if (address !== CBS) this.#access.demand(address);
    if (address === CBS) new RequestLink(link, this.#replies, cbsNode(this.#access));
    else if (address.endsWith(MANAGEMENT)) this.#openManagement(link, address.slice(0, -MANAGEMENT.length));
    else this.#openProducer(link, address);
    link.set_target({ address: link.target.address });
    link.set_source(link.source);
  }

  #openProducer(link: ReceivingLink, address: string): void {
    this.#broker.faults.demand('attach');
    new ProducerLink(link, this.#broker.target(address), this.#broker);
  }

  #openManagement(link: ReceivingLink, path: string): void {
    this.#broker.demand(path);
    new RequestLink(link, this.#replies, managementNode(this.#broker, path));
  }
}

/** A refused link is attached without a terminus and detached with the error. */
function attach(link: SendingLink | ReceivingLink, open: () => void): void {
  try {
    open();
  } catch (error) {
    refuseLink(link, error);
  }
}

function addressOf(terminus: { address?: unknown } | null | undefined): string {
  if (typeof terminus?.address === 'string') return pathOf(terminus.address);
  throw new ServiceBusError(
    'amqp:not-implemented',
    'A link needs an address; transactions and dynamic nodes are not supported.',
  );
}
