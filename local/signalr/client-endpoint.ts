import type { IncomingMessage, ServerResponse } from 'node:http';

import { isClientAudience } from './audience.ts';
import type { ClientConnection } from './client-connection.ts';
import { answer, answerJson, readBody } from './http-answers.ts';
import { HttpError } from './http-error.ts';
import type { Service } from './service.ts';
import { tokenOf, userIdOf, verifyToken } from './tokens.ts';
import { LongPollingTransport } from './transports/long-polling.ts';
import { attachServerSentEvents } from './transports/server-sent-events.ts';
import { WebSocketTransport } from './transports/web-socket.ts';

const availableTransports = [
  { transport: 'WebSockets', transferFormats: ['Text', 'Binary'] },
  { transport: 'ServerSentEvents', transferFormats: ['Text'] },
  { transport: 'LongPolling', transferFormats: ['Text', 'Binary'] },
];

const negotiatePath = '/client/negotiate';
const connectPaths = ['/client', '/client/'];

export function isClientPath(url: URL): boolean {
  return url.pathname === negotiatePath || connectPaths.includes(url.pathname);
}

/** `/client/…`: where SignalR clients connect (dotnet/aspnetcore, TransportProtocols.md). */
export class ClientEndpoint {
  readonly #service: Service;
  readonly #port: () => number;

  constructor(service: Service, port: () => number) {
    this.#service = service;
    this.#port = port;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { hub, userId } = this.#authenticate(request, url);
    if (url.pathname === negotiatePath) return this.#negotiate(request, response, url, hub, userId);
    if (request.method === 'GET') return this.#receive(request, response, this.#existing(url, hub));
    if (request.method === 'POST') return this.#send(request, response, this.#existing(url, hub));
    if (request.method === 'DELETE') return this.#end(response, this.#existing(url, hub));
    throw new HttpError(405, 'The client endpoint takes GET, POST and DELETE.', { Allow: 'GET, POST, DELETE' });
  }

  /** The connection that a WebSocket request is for; one without an ID has skipped negotiation. */
  forWebSocket(request: IncomingMessage, url: URL): ClientConnection {
    if (!connectPaths.includes(url.pathname)) throw new HttpError(404, 'Clients connect to /client/.');
    const { hub, userId } = this.#authenticate(request, url);
    if (!url.searchParams.has('id')) return this.#service.open(hub, userId);
    const connection = this.#existing(url, hub);
    if (connection.transport) throw new HttpError(409, 'The connection has a transport already; negotiate a new one.');
    return connection;
  }

  #authenticate(request: IncomingMessage, url: URL): { hub: string; userId: string | undefined } {
    const payload = verifyToken(tokenOf(request, url), this.#service.settings, (audience) =>
      isClientAudience(audience, url, this.#port()),
    );
    const hub = url.searchParams.get('hub');
    if (!hub) throw new HttpError(400, 'The query has no hub; add ?hub=NAME.');
    return { hub, userId: userIdOf(payload) };
  }

  #negotiate(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    hub: string,
    userId: string | undefined,
  ): void {
    if (request.method !== 'POST') throw new HttpError(405, 'Negotiate with POST.', { Allow: 'POST' });
    const { connectionId, connectionToken } = this.#service.open(hub, userId).identity;
    const version = Number(url.searchParams.get('negotiateVersion') ?? 0) >= 1 ? 1 : 0;
    const ids = version === 1 ? { connectionId, connectionToken } : { connectionId: connectionToken };
    answerJson(response, 200, { negotiateVersion: version, ...ids, availableTransports });
  }

  #receive(request: IncomingMessage, response: ServerResponse, connection: ClientConnection): void {
    const { transport } = connection;
    if (request.headers.accept?.includes('text/event-stream')) {
      if (transport) throw new HttpError(409, 'The connection has a transport already; negotiate a new one.');
      attachServerSentEvents(connection, response);
    } else if (transport === undefined) {
      const polling = new LongPollingTransport(connection, this.#service.settings);
      connection.attach(polling);
      polling.firstPoll(response);
    } else if (transport instanceof LongPollingTransport) {
      transport.poll(response);
    } else {
      throw new HttpError(409, 'The connection has another transport; negotiate a new one.');
    }
  }

  async #send(request: IncomingMessage, response: ServerResponse, connection: ClientConnection): Promise<void> {
    if (connection.transport instanceof WebSocketTransport)
      throw new HttpError(405, 'POST is not for WebSocket connections.', { Allow: 'GET' });
    connection.receive(await readBody(request));
    answer(response, 200, { 'Content-Type': 'text/plain' });
  }

  #end(response: ServerResponse, connection: ClientConnection): void {
    if (!(connection.transport instanceof LongPollingTransport))
      throw new HttpError(400, 'Only long polling ends with DELETE.');
    connection.drop();
    answer(response, 202, { 'Content-Type': 'text/plain' });
  }

  #existing(url: URL, hub: string): ClientConnection {
    const id = url.searchParams.get('id');
    if (!id) throw new HttpError(400, 'The query has no connection ID; negotiate first.');
    const connection = this.#service.connection(id, hub);
    if (!connection) throw new HttpError(404, 'No connection has this ID; negotiate a new one.');
    return connection;
  }
}
