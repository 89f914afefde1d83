import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import type { ClientConnection } from '../client-connection.ts';
import { HttpError } from '../http-error.ts';
import { bodyLimit } from '../options.ts';
import { attachWebSocket } from './web-socket.ts';

/** Upgrades requests to WebSockets. `connectionFor` finds a request's connection, or throws an HttpError. */
export function acceptWebSockets(server: Server, connectionFor: (request: IncomingMessage) => ClientConnection): void {
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: bodyLimit, clientTracking: false });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client may be gone before its request is answered.
    socket.on('error', () => socket.destroy());
    try {
      const connection = connectionFor(request);
      webSockets.handleUpgrade(request, socket, head, (webSocket) => attachWebSocket(connection, webSocket));
    } catch (error) {
      refuse(socket, error);
    }
  });
}

function refuse(socket: Duplex, error: unknown): void {
  const { status, message, headers } =
    error instanceof HttpError ? error : new HttpError(500, 'The service failed to upgrade the request.');
  const lines = Object.entries({
    ...headers,
    Connection: 'close',
    'Content-Length': String(Buffer.byteLength(message)),
  });
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)];
  socket.end(`${head.join('\r\n')}\r\n\r\n${message}`);
}
