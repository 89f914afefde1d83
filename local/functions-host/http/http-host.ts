import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { isIdentityHeader, principalHeaders } from '../sign-in/principal.ts';
import type { SignIn } from '../sign-in/endpoints.ts';
import type { Admin } from './admin.ts';
import type { Cors } from './cors.ts';
import type { Authorize } from './function-keys.ts';
import { callHttpFunction, type HttpFunctionOptions } from './http-function.ts';
import { HttpRefusal, requestHeaders, requestUrl } from './request-data.ts';
import { writeEmpty, writeText } from './response.ts';
import type { RouteTable } from './route-table.ts';

export interface HttpHostOptions extends HttpFunctionOptions {
  readonly routes: RouteTable;
  readonly signIn: SignIn;
  readonly admin: Admin;
  readonly cors: Cors;
  readonly authorize: Authorize;
}

/** Kestrel's limits. */
const maxHeaderBytes = 32 * 1024;
const keepAliveMs = 130_000;

/** The HTTP side of the host: CORS, sign-in, routes. It answers every request, whatever is in it. */
export function createHttpHost(options: HttpHostOptions): Server {
  const server = createServer({ maxHeaderSize: maxHeaderBytes, keepAliveTimeout: keepAliveMs }, (request, response) => {
    response.on('error', () => undefined);
    // A client that keeps its connection would hold up the host's end.
    response.on('close', () => !server.listening && setImmediate(() => server.closeIdleConnections()));
    answer(options, request, response).catch((error: unknown) => answerFailure(options.log, request, response, error));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return socket.destroy();
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    return socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  return server;
}

async function answer(options: HttpHostOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (options.cors(request, response)) return;
  const url = requestUrl(request);
  if (/^\/\.auth(\/|$)/i.test(url.pathname)) return options.signIn.handle(request, response, url);
  if (await options.admin.handle(request, response, url)) return;
  const match = options.routes.find(request.method ?? 'GET', url.pathname);
  if (!match) return answerUnmatched(response, url);
  if (!options.authorize(match.route, request, url)) return writeEmpty(response, 401);
  await callHttpFunction(options, { request, response, url, headers: headersForApp(options.signIn, request), match });
}

/** The request's headers, with the host's word on who is signed in: what came from outside under those names is dropped. */
function headersForApp(signIn: SignIn, request: IncomingMessage): Record<string, string> {
  const headers = Object.entries(requestHeaders(request)).filter(([name]) => !isIdentityHeader(name));
  return { ...Object.fromEntries(headers), ...principalHeaders(signIn.principalOf(request)) };
}

function answerUnmatched(response: ServerResponse, url: URL): void {
  if (url.pathname === '/') writeText(response, 200, 'Your function app is up and running.\n');
  else writeEmpty(response, 404);
}

function answerFailure(log: Log, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const refused = error instanceof HttpRefusal;
  // A client that went away is nobody's fault, and there is nobody to tell.
  if (request.destroyed && !request.complete && !refused) return void response.destroy();
  if (!refused)
    log.error(
      `A request failed in the host: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  if (response.headersSent) return void response.destroy();
  // What is left of the body is not read: the connection cannot be used again.
  if (!request.complete) response.setHeader('connection', 'close');
  writeText(response, refused ? error.status : 500, refused ? `${error.message}\n` : '');
}
