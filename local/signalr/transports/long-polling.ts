import type { ServerResponse } from 'node:http';

import type { ClientConnection } from '../client-connection.ts';
import type { Settings } from '../options.ts';
import type { TransferFormat } from '../protocols/hub-protocol.ts';
import type { Transport } from './transport.ts';

/**
 * Data wait here for the client's next poll (dotnet/aspnetcore, TransportProtocols.md, "Long Polling"): a poll is answered
 * with 200 and data, 200 and nothing when time is up, or 204 at the end and when a newer poll takes its place.
 */
export class LongPollingTransport implements Transport {
  readonly inherentKeepAlive = true;
  readonly #connection: ClientConnection;
  readonly #settings: Settings;
  #waiting: Buffer[] = [];
  #bytes = 0;
  #format: TransferFormat = 'Text';
  #poll: ServerResponse | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ending = false;
  #ended = false;

  constructor(connection: ClientConnection, settings: Settings) {
    this.#connection = connection;
    this.#settings = settings;
  }

  get bufferedBytes(): number {
    return this.#bytes;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The first poll only tells the client that it is connected. */
  firstPoll(response: ServerResponse): void {
    this.#answer(response, 200, 'text/plain');
    this.#expectPoll();
  }

  poll(response: ServerResponse): void {
    if (this.#poll) this.#answer(this.#poll, 204);
    this.#poll = response;
    this.#startTimer(() => this.#answerPoll(200), this.#settings.pollTimeout);
    response.on('close', () => {
      if (this.#poll === response) this.#pollLost();
    });
    this.#flush();
  }

  write(data: Buffer, format: TransferFormat): void {
    this.#format = format;
    this.#waiting.push(data);
    this.#bytes += data.length;
    this.#flush();
  }

  end(): void {
    this.#ending = true;
    this.#flush();
  }

  terminate(): void {
    this.#waiting = [];
    this.#bytes = 0;
    this.end();
    this.#finish();
  }

  #flush(): void {
    if (!this.#poll) return;
    if (this.#bytes > 0) {
      const data = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#bytes = 0;
      this.#answerPoll(200, data);
    } else if (this.#ending) {
      this.#answerPoll(204);
      this.#finish();
    }
  }

  #answerPoll(status: number, data?: Buffer): void {
    const response = this.#poll;
    this.#poll = undefined;
    this.#expectPoll();
    if (response)
      this.#answer(response, status, this.#format === 'Text' ? 'text/plain' : 'application/octet-stream', data);
  }

  #answer(response: ServerResponse, status: number, contentType?: string, data?: Buffer): void {
    const length = status === 204 ? {} : { 'Content-Length': data?.length ?? 0 };
    const type = contentType === undefined ? {} : { 'Content-Type': contentType };
    response.writeHead(status, { 'Cache-Control': 'no-cache, no-store', ...type, ...length });
    response.end(data);
  }

  #pollLost(): void {
    this.#poll = undefined;
    this.#expectPoll();
  }

  /** A client that does not poll again in time is gone, with what waits for it. */
  #expectPoll(): void {
    this.#startTimer(() => {
      this.#finish();
      this.#connection.drop();
    }, this.#settings.disconnectTimeout);
  }

  #startTimer(action: () => void, delay: number): void {
    clearTimeout(this.#timer);
    this.#timer = this.#ended ? undefined : setTimeout(action, delay);
  }

  #finish(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
