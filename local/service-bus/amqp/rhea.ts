import rhea, {
  type Connection,
  type Delivery,
  type Message,
  type Receiver,
  type Sender,
  type Session,
  type Typed,
} from 'rhea';

/**
 * rhea, with the parts its type declarations leave out. All that is used here of its inside is named in this file:
 * look at it when rhea is updated.
 */

export type { Message, Typed } from 'rhea';
export const types = rhea.types;

export interface AmqpError {
  readonly condition: string;
  readonly description?: string;
  readonly info?: Record<string, unknown>;
}

/** A delivery counts as over, and leaves rhea's ring of 2,048, only when both flags are set. */
export interface LinkDelivery extends Omit<Delivery, 'settled' | 'remote_settled' | 'remote_state' | 'tag'> {
  settled: boolean;
  remote_settled: boolean;
  readonly tag: Buffer;
  readonly remote_state?: {
    readonly undeliverable_here?: boolean;
    readonly delivery_failed?: boolean;
    readonly message_annotations?: Record<string, unknown>;
    readonly error?: AmqpError;
  };
}

interface DeliveryRing {
  available(): number;
  get_head(): { id: number } | undefined;
  get_tail(): { id: number } | undefined;
}

export interface LinkSession extends Session {
  readonly outgoing: { deliveries: DeliveryRing };
  readonly incoming: { deliveries: DeliveryRing };
  readonly remote: { handles: Record<number, ReceivingLink | undefined> };
  readonly links: Record<string, { name: string; is_receiver(): boolean } | undefined>;
}

interface LinkInternals {
  readonly session: LinkSession;
  readonly connection: ServerConnection;
  readonly local: {
    readonly attach: {
      snd_settle_mode?: number;
      rcv_settle_mode?: number;
      max_message_size?: number;
      properties?: object;
    };
  };
  readonly state: { local_open: boolean; open_requests: number };
  credit: number;
  issue_flow: boolean;
}

/** The link on which we send to a client that receives. */
export interface SendingLink extends Omit<Sender, 'session' | 'connection' | 'send'>, LinkInternals {
  delivery_count: number;
  _draining: boolean;
  _get_drain: () => boolean;
  send(encoded: Buffer, tag: Buffer, format: 0): LinkDelivery;
}

/** The link on which we receive from a client that sends. */
export interface ReceivingLink extends Omit<Receiver, 'session' | 'connection'>, LinkInternals {
  readonly _incomplete?: unknown;
}

/** One AMQP frame, as rhea hands it to its connection. */
export interface Frame {
  readonly channel: number;
  readonly performative: {
    readonly name: string;
    handle: number;
    message_format: number | null | undefined;
    readonly role: boolean;
    first: number;
    last: number | null | undefined;
  };
  payload?: Buffer;
}

export interface ServerConnection extends Pick<Connection, 'close' | 'is_open'> {
  on(event: string, listener: (context: never) => void): void;
  readonly remote_channel_map: Record<number, LinkSession | undefined>;
  readonly sasl_transport?: { readonly selected?: { readonly mechanism?: unknown } };
  accept(socket: unknown): void;
  on_attach(frame: Frame): void;
  on_transfer(frame: Frame): void;
  on_disposition(frame: Frame): void;
  _register(): void;
}

export interface LinkContext<Link> {
  readonly connection: ServerConnection;
  readonly session: LinkSession;
  readonly sender: Link;
  readonly receiver: Link;
  readonly delivery: LinkDelivery;
  readonly message: Buffer | undefined;
}

/** What a SASL mechanism of a server does; `outcome` says whether the client may enter. */
export interface SaslMechanism {
  readonly outcome: boolean | undefined;
  readonly username: string | undefined;
  start(response: Buffer | null | undefined): void;
}

export interface ServerContainer {
  on(event: string, listener: (context: never) => void): void;
  readonly sasl_server_mechanisms: Record<string, () => SaslMechanism>;
  create_connection(options: object): ServerConnection;
}

interface Outcome {
  described(): unknown;
}
const outcomes = rhea.message as unknown as { accepted(): Outcome; rejected(fields: { error: AmqpError }): Outcome };
const { Reader, Writer } = types as unknown as {
  Reader: new (bytes: Buffer) => { read(): Typed };
  Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
};

export const ACCEPTED = outcomes.accepted().described();

export function rejected(error: AmqpError): unknown {
  return outcomes.rejected({ error }).described();
}

export function createContainer(options: object): ServerContainer {
  return rhea.create_container(options) as unknown as ServerContainer;
}

export function encodeValue(value: Typed): Buffer {
  const writer = new Writer();
  writer.write(value);
  return Buffer.from(writer.toBuffer());
}

/** The first value of `encoded`, which keeps its AMQP type when it is encoded again. */
export function decodeTyped(encoded: Buffer): Typed {
  return new Reader(encoded).read();
}

/** Builds the whole message: only for requests and their answers, never for what lies in a queue. */
export function decodeRequest(encoded: Buffer): Message {
  return rhea.message.decode(encoded) as unknown as Message;
}

export function encodeReply(reply: object): Buffer {
  return rhea.message.encode(reply);
}
