import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { requestUrl } from './audience.ts';
import { ClientEndpoint, isClientPath } from './client-endpoint.ts';
import { allowAnyOrigin, answerError, answerPreflight } from './http-answers.ts';
import { HttpError } from './http-error.ts';
import { type SignalROptions, withDefaults } from './options.ts';
import { RestEndpoint } from './rest-endpoint.ts';
import { Service } from './service.ts';
import { acceptWebSockets } from './transports/web-socket-upgrade.ts';

/** Time clients have to take the farewell when the service stops, in ms. */
const farewellTime = 250;
/** Time a request has to arrive whole, in ms: nobody holds a socket by sending slowly. */
const requestTimeout = 30_000;

export interface SignalRServer {
  port: number;
  /** A fault: ends every connection without a word; returns how many. */
  dropConnections(): number;
  /** Tells clients to reconnect, and ends every connection. */
  close(): Promise<void>;
}

/** Starts a stand-in for Azure SignalR Service in serverless mode. Port 0 takes a free one; rejects when it cannot listen. */
export async function startSignalR(options: SignalROptions): Promise<SignalRServer> {
  const settings = withDefaults(options);
  const server = createServer({ requestTimeout });
  await listen(server, settings);
  const service = new Service(settings);
  const sockets = trackSockets(server);
  const port = () => (server.address() as AddressInfo).port;
  const client = new ClientEndpoint(service, port);
  const rest = new RestEndpoint(service, port);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    allowAnyOrigin(request, response);
    if (request.method === 'OPTIONS') return answerPreflight(request, response);
    const url = requestUrl(request, port());
    if (isClientPath(url)) return client.handle(request, response, url);
    if (url.pathname.startsWith('/api/')) return rest.handle(request, response, url);
    throw new HttpError(404, 'Clients connect to /client/, the data plane is at /api/.');
  }

  server.on('request', (request, response) => {
    handle(request, response).catch((error: unknown) => answerError(response, error));
  });
  acceptWebSockets(server, (request) => client.forWebSocket(request, requestUrl(request, port())));
  return {
    port: port(),
    dropConnections: () => {
      const { size } = sockets;
      for (const socket of sockets) socket.destroy();
      return size;
    },
    close: async () => {
      service.sayFarewell();
      await stop(server, sockets);
      service.close();
    },
  };
}

function trackSockets(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
}

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

async function stop(server: Server, sockets: Set<Socket>): Promise<void> {
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, farewellTime);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(timer);
}
