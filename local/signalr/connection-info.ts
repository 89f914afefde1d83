import jwt from 'jsonwebtoken';

/** What a SignalR connection string says. Endpoints are absolute URLs and end with a slash. */
export interface SignalRConnectionString {
  endpoint: string;
  /** Where clients connect, when a proxy stands before the service; else the same as `endpoint`. */
  clientEndpoint: string;
  accessKey: string;
}

export interface ConnectionInfoRequest {
  connectionString: string;
  hub: string;
  userId?: string | undefined;
  /** Further claims for the token; names the service needs itself get its prefix for customers' claims. */
  claims?: Record<string, string | string[]> | undefined;
  /** Milliseconds since 1970; `Date.now` unless told otherwise. */
  now?: (() => number) | undefined;
}

/** What a negotiate function answers: SignalR clients go on to `url` with `accessToken`. */
export interface ConnectionInfo {
  url: string;
  accessToken: string;
}

/** Lifetime of a client's token, as in Microsoft.Azure.SignalR.Management (NegotiationOptions.TokenLifetime). */
const tokenLifetimeSeconds = 3600;

/** The user's ID, in tokens made by Microsoft's libraries. */
export const userIdClaim = 'asrs.s.uid';
const customerClaimPrefix = 'asrs.u.';
const systemClaims = new Set(['aud', 'exp', 'iat', 'nbf', 'iss', 'actort', 'acr', 'azp', 'c_hash', 'jti', 'nonce']);

/** Reads `Endpoint=…;AccessKey=…;[Port=…;][ClientEndpoint=…;]Version=1.0;`. Throws an Error that says what is missing. */
export function parseSignalRConnectionString(connectionString: string): SignalRConnectionString {
  const properties = readProperties(connectionString);
  const endpoint = readEndpoint(properties, 'Endpoint');
  if (!endpoint)
    throw new Error('The SignalR connection string has no Endpoint; add Endpoint=http://HOST:PORT; to it.');
  const port = properties.get('port');
  if (port !== undefined) endpoint.port = port;
  const accessKey = properties.get('accesskey');
  if (!accessKey) throw new Error('The SignalR connection string has no AccessKey; add AccessKey=KEY; to it.');
  const clientEndpoint = readEndpoint(properties, 'ClientEndpoint') ?? endpoint;
  return { endpoint: withSlash(endpoint), clientEndpoint: withSlash(clientEndpoint), accessKey };
}

/**
 * Makes what the Functions input binding `signalRConnectionInfo` supplies, as Microsoft's extension makes it:
 * hub in lower case, the audience without the port, the user in `asrs.s.uid`, valid for one hour.
 */
export function createConnectionInfo({
  connectionString,
  hub,
  userId,
  claims,
  now = Date.now,
}: ConnectionInfoRequest): ConnectionInfo {
  const { endpoint, clientEndpoint, accessKey } = parseSignalRConnectionString(connectionString);
  const path = `client/?hub=${hub.toLowerCase()}`;
  const issuedAt = Math.floor(now() / 1000);
  const payload = {
    ...(userId === undefined ? {} : { [userIdClaim]: userId }),
    ...prefixSystemClaims(claims ?? {}),
    nbf: issuedAt,
    exp: issuedAt + tokenLifetimeSeconds,
    iat: issuedAt,
    aud: audienceBase(endpoint) + path,
  };
  return { url: clientEndpoint + path, accessToken: jwt.sign(payload, accessKey, { algorithm: 'HS256' }) };
}

/** Microsoft's libraries leave the port out of the audience, whatever the endpoint (ServiceEndpoint.AudienceBaseUrl). */
function audienceBase(endpoint: string): string {
  const { protocol, hostname } = new URL(endpoint);
  return `${protocol}//${hostname}/`;
}

function prefixSystemClaims(claims: Record<string, string | string[]>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [systemClaims.has(name) ? customerClaimPrefix + name : name, value]),
  );
}

function readProperties(connectionString: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const property of connectionString.split(';')) {
    const equals = property.indexOf('=');
    if (equals > 0) properties.set(property.slice(0, equals).trim().toLowerCase(), property.slice(equals + 1).trim());
  }
  return properties;
}

function readEndpoint(properties: Map<string, string>, name: string): URL | undefined {
  const value = properties.get(name.toLowerCase());
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Error(`${name} in the SignalR connection string is no http or https URL; write it as http://HOST:PORT.`);
}

function withSlash(url: URL): string {
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
