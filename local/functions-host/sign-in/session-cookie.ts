import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Principal } from './principal.ts';

export const cookieName = 'AppServiceAuthSession';

/** App Service keeps a session for eight hours by default. */
const lifetimeSeconds = 8 * 60 * 60;

/** Turns a principal into a signed cookie and back. A cookie that is forged, old or malformed counts as none. */
export interface SessionCookies {
  issue(principal: Principal): string;
  clear(): string;
  read(cookieHeader: string | undefined): Principal | undefined;
}

const rememberedSessions = 1_000;

export function createSessionCookies(key: Buffer, now: () => number = Date.now): SessionCookies {
  const sign = (payload: string) => createHmac('sha256', key).update(payload).digest('base64url');
  /** Sessions by the cookie that was checked: it comes with every request. */
  const checked = new Map<string, Required<Principal>>();
  const check = (cookie: string) => {
    const [payload, signature] = cookie.split('.');
    if (!payload || !signature || !equal(signature, sign(payload))) return undefined;
    const { id, roles, expiresAt } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Required<Principal>;
    if (checked.size >= rememberedSessions) checked.clear();
    const session = { id, roles, expiresAt };
    checked.set(cookie, session);
    return session;
  };
  return {
    issue: (principal) => {
      const payload = Buffer.from(JSON.stringify({ ...principal, expiresAt: now() + lifetimeSeconds * 1000 })).toString(
        'base64url',
      );
      return setCookie(`${payload}.${sign(payload)}`, lifetimeSeconds);
    },
    clear: () => setCookie('', 0),
    read: (cookieHeader) => {
      const cookie = cookieValue(cookieHeader);
      const session = cookie === undefined ? undefined : (checked.get(cookie) ?? check(cookie));
      return session !== undefined && session.expiresAt > now() ? session : undefined;
    },
  };
}

function setCookie(value: string, maxAge: number): string {
  return `${cookieName}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax`;
}

function cookieValue(header: string | undefined): string | undefined {
  const cookie = header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${cookieName}=`));
  return cookie?.slice(cookieName.length + 1);
}

function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
