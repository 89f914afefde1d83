import { readHandshake } from './protocols/handshake.ts';
import { type HubProtocol, messageType } from './protocols/hub-protocol.ts';
import type { OutgoingMessage } from './protocols/outgoing-message.ts';
import type { Settings } from './options.ts';
import type { Transport } from './transports/transport.ts';

const nothing = Buffer.alloc(0);
/** Bytes of a message whose end is missing, as in ASP.NET Core (MaximumReceiveMessageSize). Clients send whole messages. */
const incompleteLimit = 32 * 1024;

/** What a connection tells the service about itself. */
export interface ConnectionEvents {
  /** The handshake is done: messages may be sent. */
  connected(connection: ClientConnection): void;
  /** No message will be sent any more. Comes once, whether or not `connected` came. */
  closed(connection: ClientConnection): void;
}

export interface ConnectionIdentity {
  connectionId: string;
  /** The secret that the client's requests carry as `id`. */
  connectionToken: string;
  hub: string;
  userId: string | undefined;
}

/** One client, from its negotiation to its end, whatever its transport. */
export class ClientConnection {
  readonly identity: ConnectionIdentity;
  readonly #settings: Settings;
  readonly #events: ConnectionEvents;
  #transport: Transport | undefined;
  #protocol: HubProtocol | undefined;
  #received: Buffer = nothing;
  #closed = false;
  /** When it was negotiated, later when its transport came. */
  #openedAt: number;
  #lastReceived: number;
  #lastSent: number;

  constructor(identity: ConnectionIdentity, settings: Settings, events: ConnectionEvents) {
    this.identity = identity;
    this.#settings = settings;
    this.#events = events;
    this.#openedAt = this.#lastReceived = this.#lastSent = settings.now();
  }

  get transport(): Transport | undefined {
    return this.#transport;
  }

  /** Closed, and everything written has been delivered. */
  get ended(): boolean {
    return this.#closed && (this.#transport?.ended ?? true);
  }

  attach(transport: Transport): void {
    this.#transport = transport;
    this.#openedAt = this.#lastReceived = this.#settings.now();
  }

  receive(data: Buffer): void {
    if (this.#closed) return;
    this.#lastReceived = this.#settings.now();
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    if (!this.#protocol) this.#shakeHands();
    if (this.#protocol) this.#readMessages(this.#protocol);
    if (this.#received.length > incompleteLimit) this.close('Connection closed with an error.', false);
  }

  send(message: OutgoingMessage): void {
    if (this.#protocol && !this.#closed) this.#write(message.encode(this.#protocol), this.#protocol);
  }

  /** Says goodbye. The client library reconnects by itself only where `allowReconnect` is true. */
  close(error: string | undefined, allowReconnect: boolean): void {
    if (this.#closed) return;
    if (this.#protocol) this.#write(this.#protocol.encodeClose(error, allowReconnect), this.#protocol);
    this.transportEnded();
  }

  /** Drops the client without a word: for clients that do not read, or are gone. */
  drop(): void {
    this.#transport?.terminate();
    this.transportEnded();
  }

  transportEnded(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#received = nothing;
    this.#transport?.end();
    this.#events.closed(this);
  }

  /** Called regularly: pings a client that has heard nothing for a while, closes one that has not been heard. */
  checkKeepAlive(): void {
    const { now, keepAliveInterval, clientTimeout, handshakeTimeout } = this.#settings;
    if (this.#closed) return;
    const silence = now() - this.#lastReceived;
    if (!this.#protocol) {
      if (now() - this.#openedAt >= handshakeTimeout) this.drop();
    } else if (!this.#transport?.inherentKeepAlive) {
      if (silence >= clientTimeout) this.drop();
      else if (now() - this.#lastSent >= keepAliveInterval) this.#write(this.#protocol.ping, this.#protocol);
    }
  }

  #shakeHands(): void {
    const handshake = readHandshake(this.#received);
    if (!handshake) return;
    this.#received = handshake.rest;
    this.#transport?.write(handshake.answer, handshake.protocol?.transferFormat ?? 'Text');
    if (!handshake.protocol) return this.transportEnded();
    this.#protocol = handshake.protocol;
    this.#lastSent = this.#settings.now();
    this.#events.connected(this);
  }

  /** Without an upstream the service ignores what clients invoke (Azure SignalR FAQ, "send message from client"). */
  #readMessages(protocol: HubProtocol): void {
    try {
      const { types, rest } = protocol.readMessages(this.#received);
      this.#received = rest;
      if (types.includes(messageType.close)) this.transportEnded();
    } catch {
      this.close('Connection closed with an error.', false);
    }
  }

  #write(data: Buffer, protocol: HubProtocol): void {
    const transport = this.#transport;
    if (!transport) return;
    if (transport.bufferedBytes + data.length > this.#settings.bufferLimit) return this.drop();
    transport.write(data, protocol.transferFormat);
    this.#lastSent = this.#settings.now();
  }
}
