import type { ServerResponse } from 'node:http';

import type { ClientConnection } from '../client-connection.ts';
import type { Transport } from './transport.ts';

/** Answers with an event stream that lasts as long as the connection. */
export function attachServerSentEvents(connection: ClientConnection, response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-store',
    'X-Accel-Buffering': 'no',
  });
  response.flushHeaders();
  connection.attach(new ServerSentEventsTransport(response));
  response.on('close', () => connection.transportEnded());
  response.on('error', () => connection.transportEnded());
}

class ServerSentEventsTransport implements Transport {
  readonly inherentKeepAlive = false;
  /** What was written before the end is on its way already. */
  readonly ended = true;
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get bufferedBytes(): number {
    return this.#response.writableLength;
  }

  /** Text has no line breaks: JSON escapes them. */
  write(data: Buffer): void {
    this.#response.cork();
    this.#response.write('data: ');
    this.#response.write(data);
    this.#response.write('\r\n\r\n');
    this.#response.uncork();
  }

  end(): void {
    this.#response.end();
  }

  terminate(): void {
    this.#response.destroy();
  }
}
