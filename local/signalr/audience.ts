import type { IncomingMessage } from 'node:http';

import { HttpError } from './http-error.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The URL of a request, on the host that its client named. */
export function requestUrl({ url, headers }: IncomingMessage, port: number): URL {
  const base = URL.parse(`http://${headers.host}`)?.href ?? `http://localhost:${port}`;
  const found = url?.startsWith('//') ? null : URL.parse(url ?? '', base);
  if (!found) throw new HttpError(400, 'The request has no valid URL.');
  return found;
}

/** A client's token is for `…/client/?hub=HUB`. */
export function isClientAudience(audience: URL, request: URL, port: number): boolean {
  return (
    isSameService(audience, request, port) &&
    withoutTrailingSlash(audience.pathname) === '/client' &&
    audience.searchParams.get('hub')?.toLowerCase() === request.searchParams.get('hub')?.toLowerCase()
  );
}

/** A REST token is for the URL of the request; the query does not count (data plane reference, "Claims"), though Microsoft's library adds it. */
export function isRestAudience(audience: URL, request: URL, port: number): boolean {
  return isSameService(audience, request, port) && normalPath(audience) === normalPath(request);
}

/** Microsoft's libraries leave the port out of the audience, and name the host as the connection string does. */
function isSameService(audience: URL, request: URL, port: number): boolean {
  const hostMatches = audience.hostname === request.hostname || loopback.has(audience.hostname);
  return hostMatches && (audience.port === '' || audience.port === request.port || audience.port === String(port));
}

function normalPath(url: URL): string {
  const path = withoutTrailingSlash(url.pathname);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function withoutTrailingSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path;
}
