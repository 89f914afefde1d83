import type { IncomingMessage } from 'node:http';

import jwt from 'jsonwebtoken';

import { userIdClaim } from './connection-info.ts';
import { HttpError } from './http-error.ts';

/** Claims that name the user, in the service's order of preference. */
const userIdClaims = [
  userIdClaim,
  'nameid',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier',
  'sub',
];

export interface TokenRules {
  accessKey: string;
  now: () => number;
}

/** The token of a request: its Authorization header, else `access_token` in the query, as browsers send it. */
export function tokenOf(request: IncomingMessage, url: URL): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return url.searchParams.get('access_token') ?? undefined;
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

/**
 * Checks signature, times and audience; throws an HttpError 401 with the WWW-Authenticate header that ASP.NET Core gives.
 * `isAudience` says whether an `aud` means this request.
 */
export function verifyToken(
  token: string | undefined,
  rules: TokenRules,
  isAudience: (audience: URL) => boolean,
): jwt.JwtPayload {
  if (token === undefined)
    throw new HttpError(401, 'The request has no access token.', { 'WWW-Authenticate': 'Bearer' });
  const payload = verifySignature(token, rules);
  if (payload.exp === undefined) throw invalidToken('The token has no expiration');
  const audiences = [payload.aud ?? []].flat();
  if (audiences.some((audience) => matches(audience, isAudience))) return payload;
  throw invalidToken(`The audience '${audiences.join(', ')}' is invalid`);
}

export function userIdOf(payload: jwt.JwtPayload): string | undefined {
  const values = userIdClaims.map((claim): unknown => payload[claim]);
  return values.find((value) => typeof value === 'string');
}

/** Servers send the same token with each call: checking its signature costs more than delivering the message. */
const verified = new Map<string, jwt.JwtPayload>();
const rememberedTokens = 1_000;

function verifySignature(token: string, { accessKey, now }: TokenRules): jwt.JwtPayload {
  const clockTimestamp = Math.floor(now() / 1000);
  const name = `${accessKey} ${token}`;
  const known = verified.get(name);
  if (known?.exp !== undefined && clockTimestamp < known.exp && clockTimestamp >= (known.nbf ?? 0)) return known;
  try {
    const payload = jwt.verify(token, accessKey, { algorithms: ['HS256', 'HS512'], clockTimestamp });
    if (typeof payload !== 'string') {
      if (verified.size >= rememberedTokens) verified.clear();
      verified.set(name, payload);
      return payload;
    }
  } catch (error) {
    throw invalidToken(describe(error));
  }
  throw invalidToken('The token is no JSON object');
}

function describe(error: unknown): string {
  if (error instanceof jwt.TokenExpiredError) return `The token expired at '${error.expiredAt.toISOString()}'`;
  if (error instanceof jwt.NotBeforeError) return `The token is not valid before '${error.date.toISOString()}'`;
  return error instanceof Error && error.message === 'invalid signature'
    ? 'The signature is invalid'
    : 'The token is malformed';
}

function matches(audience: unknown, isAudience: (audience: URL) => boolean): boolean {
  const url = typeof audience === 'string' ? URL.parse(audience) : null;
  return url !== null && isAudience(url);
}

function invalidToken(description: string): HttpError {
  const printable = description.replace(/[^\x20-\x7e]|["\\]/g, '');
  return new HttpError(401, `${description}.`, {
    'WWW-Authenticate': `Bearer error="invalid_token", error_description="${printable}"`,
  });
}
