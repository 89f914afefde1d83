import type { WebSocket } from 'ws';

import type { ClientConnection } from '../client-connection.ts';
import type { TransferFormat } from '../protocols/hub-protocol.ts';
import type { Transport } from './transport.ts';

/** Binds an open WebSocket to its connection, in both directions. */
export function attachWebSocket(connection: ClientConnection, socket: WebSocket): void {
  connection.attach(new WebSocketTransport(socket));
  socket.on('message', (data: Buffer) => connection.receive(data));
  socket.on('close', () => connection.transportEnded());
  // A broken frame or a lost socket: ws closes by itself after this event.
  socket.on('error', () => connection.transportEnded());
}

export class WebSocketTransport implements Transport {
  readonly inherentKeepAlive = false;
  /** What was written before the end is on its way already. */
  readonly ended = true;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  write(data: Buffer, format: TransferFormat): void {
    this.#socket.send(data, { binary: format === 'Binary' });
  }

  end(): void {
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
