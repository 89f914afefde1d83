import {
  Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestOptions,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { TypedData } from '../core-types.ts';
import { type Headers, queryValues } from './request-data.ts';

/**
 * HTTP streaming (`app.setup({enableHttpStream: true})`): the library runs an HTTP server of its own, named by the capability
 * `HttpUri`; the host forwards the request to it and passes the answer back while it is being produced.
 */
export interface HttpForwarder {
  /** Resolves when the answer has gone out. Rejects when the library's server fails or `signal` aborts before there is an answer. */
  forward(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    invocationId: string,
    headers: Headers,
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}

export function createHttpForwarder(httpUri: string): HttpForwarder {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(httpUri);
  return {
    forward: async (request, response, url, invocationId, headers, signal) => {
      const forwarded = {
        ...headers,
        'x-ms-invocation-id': invocationId,
        'x-forwarded-host': url.host,
        'x-forwarded-proto': 'http',
      };
      const target = {
        agent,
        hostname,
        port,
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers: forwarded,
        signal,
      };
      const answer = await send(request, target);
      response.writeHead(answer.statusCode ?? 200, withoutConnectionHeaders(answer));
      await pipeline(answer, response);
    },
    close: () => agent.destroy(),
  };
}

/** Parameters and headers travel beside the forwarded request. */
export function streamingMetadata(
  url: URL,
  headers: Headers,
  params: Record<string, string>,
): Record<string, TypedData> {
  const values = Object.entries(params).map(([name, value]): [string, TypedData] => [name, { string: value }]);
  return {
    ...Object.fromEntries(values),
    Headers: { json: JSON.stringify(headers) },
    Query: { json: JSON.stringify(queryValues(url)) },
  };
}

function send(request: IncomingMessage, target: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(target, resolve);
    outgoing.on('error', reject);
    // A client that goes away in the middle of its body ends the forwarded request as well.
    pipeline(request, outgoing).catch(reject);
  });
}

/** Belong to the connection between host and library. */
const ownHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'x-ms-invocation-id']);

function withoutConnectionHeaders(answer: IncomingMessage): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !ownHeaders.has(name)));
}
