import type { IncomingMessage } from 'node:http';
import type { HttpData } from '../core-types.ts';

/** Kestrel's limit as the Functions host sets it: 100 MB. */
export const requestBodyLimitBytes = 104_857_600;

/** An error that has an HTTP answer of its own. */
export class HttpRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws `HttpRefusal` 400 when the target or the Host header makes no URL. */
export function requestUrl(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  const text = target.startsWith('/') ? `http://${request.headers.host ?? 'localhost'}${target}` : target;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || /%00/.test(url.pathname)) {
    throw new HttpRefusal(400, 'The request target or the Host header is malformed.');
  }
  return url;
}

/** @throws `HttpRefusal` 413 past `limitBytes`, without keeping what came so far. */
export async function readBody(request: IncomingMessage, limitBytes = requestBodyLimitBytes): Promise<Buffer> {
  const tooLarge = () => new HttpRefusal(413, `The request body is larger than ${limitBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Header values by lower-case name, several of one name joined as ASP.NET joins them. */
export type Headers = Record<string, string>;

export function requestHeaders(request: IncomingMessage): Headers {
  const headers: Headers = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return headers;
}

/** The HTTP trigger's input when the app does not stream. */
export function toHttpData(
  request: IncomingMessage,
  url: URL,
  headers: Headers,
  params: Record<string, string>,
  body: Buffer,
): HttpData {
  return {
    url: url.href,
    method: request.method ?? 'GET',
    nullableHeaders: nullable(headers),
    nullableQuery: nullable(queryValues(url)),
    nullableParams: nullable(params),
    ...(body.length > 0 && { body: { bytes: body } }),
  };
}

/** Values of one query parameter, whatever the case of its name, joined by commas: what Azure passes to `request.query`. */
export function queryValues(url: URL): Record<string, string> {
  const names = new Map<string, string>();
  const values: Record<string, string> = {};
  for (const [name, value] of url.searchParams) {
    const known = names.get(name.toLowerCase()) ?? name;
    names.set(name.toLowerCase(), known);
    values[known] = known in values ? `${values[known]},${value}` : value;
  }
  return values;
}

function nullable(values: Record<string, string>): Record<string, { value: string }> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
