import jwt from 'jsonwebtoken';
import { HttpRefusal } from '../http/request-data.ts';
import type { Principal } from './principal.ts';

/** Tokens that a script may show instead of a session cookie, as those of Entra ID in Azure. */
export interface BearerTokens {
  /** Good for an hour, for whoever has it. */
  issue(principal: Principal): string;
  /**
   * Whom the header names; undefined where it is no bearer token, or one for SignalR.
   * @throws HttpRefusal 401 for a token that is forged, old or somebody else's: nobody becomes the local user by a wrong token
   */
  read(authorization: string | undefined): Principal | undefined;
}

const lifetimeSeconds = 60 * 60;
const issuer = 'local';

export function createBearerTokens(key: Buffer): BearerTokens {
  return {
    issue: ({ id, roles }) =>
      jwt.sign({ name: id, roles }, key, { algorithm: 'HS256', issuer, audience: issuer, subject: id, expiresIn: lifetimeSeconds }), // prettier-ignore
    read: (authorization) => {
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      if (token === undefined || isOfSignalR(token)) return undefined;
      const { sub, roles } = verify(token, key) as { readonly sub: string; readonly roles: string[] };
      return { id: sub, roles };
    },
  };
}

/** SignalR's client asks for another connection with the token of the one it has lost, which says nothing about who signed in. */
function isOfSignalR(token: string): boolean {
  const { aud } = (jwt.decode(token) ?? {}) as { readonly aud?: unknown };
  return typeof aud === 'string' && /^https?:\/\/[^/]+\/client\//.test(aud);
}

function verify(token: string, key: Buffer): unknown {
  try {
    return jwt.verify(token, key, { algorithms: ['HS256'], issuer, audience: issuer });
  } catch {
    throw new HttpRefusal(401, 'The bearer token is not valid, or not any more. GET /.auth/me gives one (id_token).');
  }
}
