import type { ServerResponse } from 'node:http';
import type { HttpCookie, TypedData } from '../core-types.ts';

/** Headers that describe one connection, not the answer: the host sets its own. */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'trailer',
  'te',
]);

/** Writes what an HTTP function returned. A function that returned nothing answers 204, as in Azure. */
export function writeFunctionResponse(response: ServerResponse, returnValue: TypedData | null | undefined): void {
  const http = returnValue?.http;
  if (!http) return writeEmpty(response, 204);
  response.statusCode = Number(http.statusCode ?? 200);
  for (const [name, value] of Object.entries(http.headers ?? {})) {
    if (!connectionHeaders.has(name.toLowerCase())) response.setHeader(name, value);
  }
  if (http.cookies?.length) response.appendHeader('set-cookie', http.cookies.map(serializeCookie));
  const body = http.body?.bytes ?? Buffer.alloc(0);
  // 204 and 304 have no body, and so no length.
  if (response.statusCode !== 204 && response.statusCode !== 304) response.setHeader('content-length', body.length);
  response.end(body);
}

export function writeEmpty(response: ServerResponse, status: number): void {
  response.statusCode = status;
  if (status !== 204) response.setHeader('content-length', 0);
  response.end();
}

export function writeText(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

const sameSiteNames = { lax: 'lax', strict: 'strict', explicitNone: 'none' } as const;

/** As ASP.NET writes it; the path is `/` unless given. */
function serializeCookie(cookie: HttpCookie): string {
  const parts = [`${encodeURIComponent(cookie.name)}=${encodeURIComponent(cookie.value)}`];
  if (cookie.expires) parts.push(`expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`);
  if (cookie.maxAge) parts.push(`max-age=${Math.trunc(cookie.maxAge.value)}`);
  if (cookie.domain) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? '/'}`);
  if (cookie.secure?.value) parts.push('secure');
  if (cookie.sameSite && cookie.sameSite !== 'none') parts.push(`samesite=${sameSiteNames[cookie.sameSite]}`);
  if (cookie.httpOnly?.value) parts.push('httponly');
  return parts.join('; ');
}
