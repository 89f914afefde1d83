import type { IncomingMessage, ServerResponse } from 'node:http';

import { HttpError } from './http-error.ts';
import { bodyLimit } from './options.ts';

/** Any web page may call the service, with credentials, unless its owner restricts that (Azure SignalR, `cors: *`). */
export function allowAnyOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Vary', 'Origin');
}

/** Answers the question a browser asks before a request to another origin. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const requested = request.headers['access-control-request-headers'];
  if (requested !== undefined) response.setHeader('Access-Control-Allow-Headers', requested);
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, DELETE, OPTIONS');
  response.setHeader('Access-Control-Max-Age', '600');
  answer(response, 204);
}

export function answer(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, status === 204 ? headers : { ...headers, 'Content-Length': '0' });
  response.end();
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Errors carry the service's `ErrorDetail` (data plane reference); anything unforeseen is 500. */
export function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const known = error instanceof HttpError ? error : new HttpError(500, 'The service failed to handle the request.');
  answerJson(response, known.status, { code: String(known.status), message: known.message }, known.headers);
}

/** What is read of a body that is too large, so that its sender gets to see the answer. */
const discardLimit = 16 * bodyLimit;

/** Reads a whole body. More than 1 MB is refused with 413; of that, nothing is kept. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > discardLimit) break;
    if (length > bodyLimit) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (length > bodyLimit) throw new HttpError(413, 'The body is larger than 1 MB; send less at once.');
  return Buffer.concat(chunks);
}
