import type { IncomingMessage, ServerResponse } from 'node:http';

/** `Host.CORS` and `Host.CORSCredentials` of local.settings.json. */
export interface CorsOptions {
  /** Comma-separated origins, or `*`. */
  readonly origins: string;
  readonly credentials: boolean;
}

/** Sets the CORS headers and answers preflight requests. Returns true when the request is answered. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createCors(options: CorsOptions | undefined): Cors {
  if (!options) return () => false;
  const allowed = options.origins.split(',').map((origin) => origin.trim().replace(/\/$/, ''));
  return (request, response) => {
    const { origin } = request.headers;
    if (origin === undefined) return false;
    const preflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
    const any = allowed.includes('*');
    if (any || allowed.includes(origin))
      allow(request, response, any && !options.credentials ? '*' : origin, options.credentials, preflight);
    if (preflight) response.writeHead(204).end();
    return preflight;
  };
}

function allow(
  request: IncomingMessage,
  response: ServerResponse,
  origin: string,
  credentials: boolean,
  preflight: boolean,
): void {
  response.setHeader('access-control-allow-origin', origin);
  if (origin !== '*') response.setHeader('vary', 'Origin');
  if (credentials) response.setHeader('access-control-allow-credentials', 'true');
  if (!preflight) return;
  response.setHeader('access-control-allow-methods', request.headers['access-control-request-method'] ?? '');
  const headers = request.headers['access-control-request-headers'];
  if (headers) response.setHeader('access-control-allow-headers', headers);
}
