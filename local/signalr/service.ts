import { randomBytes } from 'node:crypto';

import { ClientConnection, type ConnectionEvents } from './client-connection.ts';
import { Hub } from './hub.ts';
import type { Settings } from './options.ts';

/** Everything that is connected, and the clock that watches over it. */
export class Service {
  readonly settings: Settings;
  readonly #hubs = new Map<string, Hub>();
  readonly #connections = new Map<string, ClientConnection>();
  readonly #watch: NodeJS.Timeout;

  constructor(settings: Settings) {
    this.settings = settings;
    const shortest = Math.min(settings.keepAliveInterval, settings.clientTimeout, settings.handshakeTimeout);
    this.#watch = setInterval(() => this.#checkKeepAlive(), Math.max(5, Math.min(1000, shortest / 4)));
  }

  /** Hub names differ in more than letter case. */
  hub(name: string): Hub {
    const key = name.toLowerCase();
    let hub = this.#hubs.get(key);
    if (!hub) this.#hubs.set(key, (hub = new Hub(this.settings.now)));
    return hub;
  }

  /** A new connection; it ends by itself unless the client connects and shakes hands in time. */
  open(hub: string, userId: string | undefined): ClientConnection {
    const identity = { connectionId: randomId(), connectionToken: randomId(), hub: hub.toLowerCase(), userId };
    const connection = new ClientConnection(identity, this.settings, this.#events);
    this.#connections.set(identity.connectionToken, connection);
    return connection;
  }

  connection(connectionToken: string, hub: string): ClientConnection | undefined {
    const connection = this.#connections.get(connectionToken);
    return connection?.identity.hub === hub.toLowerCase() ? connection : undefined;
  }

  /** Tells every client to connect again. */
  sayFarewell(): void {
    for (const connection of this.#connections.values()) connection.close(undefined, true);
  }

  /** Drops what is left, and every timer with it. */
  close(): void {
    clearInterval(this.#watch);
    for (const connection of this.#connections.values()) connection.drop();
  }

  readonly #events: ConnectionEvents = {
    connected: (connection) => this.hub(connection.identity.hub).add(connection),
    closed: (connection) => {
      this.hub(connection.identity.hub).remove(connection);
      this.#forgetEnded(connection);
    },
  };

  #forgetEnded(connection: ClientConnection): void {
    if (connection.ended) this.#connections.delete(connection.identity.connectionToken);
  }

  #checkKeepAlive(): void {
    for (const connection of this.#connections.values()) {
      connection.checkKeepAlive();
      this.#forgetEnded(connection);
    }
    for (const hub of this.#hubs.values()) hub.forgetExpiredUserGroups();
  }
}

function randomId(): string {
  return randomBytes(16).toString('base64url');
}
