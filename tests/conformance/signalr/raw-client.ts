import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { WebSocket } from 'ws';

import { createConnectionInfo } from '../../../local/signalr/connection-info.ts';
import type { SignalRService } from './signalr-service.ts';

const separator = '\u001e';
export const jsonHandshake = `{"protocol":"json","version":1}${separator}`;
export const messagePackHandshake = `{"protocol":"messagepack","version":1}${separator}`;

/** A client below the client library: what it sends is not checked, and it reads and pings only if told to. */
export interface Negotiated {
  /** Empty where the client did not negotiate. */
  connectionId: string;
  /** `http://…/client/?hub=…&id=…&access_token=…` */
  url: string;
}

export async function negotiate(service: SignalRService, userId?: string): Promise<Negotiated> {
  const { url, accessToken } = createConnectionInfo({
    connectionString: service.connectionString,
    hub: service.hub,
    userId,
  });
  const headers = { Authorization: `Bearer ${accessToken}` };
  const response = await fetch(url.replace('/client/?', '/client/negotiate?negotiateVersion=1&'), {
    method: 'POST',
    headers,
  });
  const { connectionId, connectionToken } = (await response.json()) as {
    connectionId: string;
    connectionToken: string;
  };
  return { connectionId, url: `${url}&id=${connectionToken}&access_token=${accessToken}` };
}

/** Where a client connects that does not negotiate. */
export function connectionTo({ connectionString, hub }: SignalRService): Negotiated {
  const { url, accessToken } = createConnectionInfo({ connectionString, hub });
  return { connectionId: '', url: `${url}&access_token=${accessToken}` };
}

/** A WebSocket whose messages wait until they are asked for. */
export class RawClient {
  readonly socket: WebSocket;
  /** The close code. */
  readonly ended: Promise<number>;
  readonly #messages: string[] = [];
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      this.#messages.push(data.toString());
      this.#wake();
    });
  }

  static async open({ url }: Negotiated): Promise<RawClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'));
    const client = new RawClient(socket);
    await once(socket, 'open');
    return client;
  }

  send(data: string | Buffer, binary = typeof data !== 'string'): void {
    this.socket.send(data, { binary });
  }

  /** The next message as text. */
  async next(): Promise<string> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#messages.shift() ?? '';
  }

  /** Sends the handshake and waits for the answer. */
  async shakeHands(handshake = jsonHandshake): Promise<string> {
    this.send(handshake);
    return this.next();
  }
}

/** Opens a TCP connection to the service, sends the bytes, and leaves the rest to the caller. */
export async function openSocket(service: SignalRService, bytes: string | Buffer): Promise<Socket> {
  const socket = connect(Number(new URL(service.endpoint).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

/** Waits until the service says that there is nothing at the path; it may notice a moment later. */
export async function gone(service: SignalRService, path: string): Promise<void> {
  while ((await service.rest('HEAD', path)).status !== 404) await new Promise((resolve) => setTimeout(resolve, 10));
}
