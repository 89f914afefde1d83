import type { IncomingMessage, ServerResponse } from 'node:http';
import { writeEmpty, writeText } from '../http/response.ts';
import { loginPage } from './login-page.ts';
import { authMe, defaultRole, localUser, type Principal } from './principal.ts';
import type { BearerTokens } from './bearer-tokens.ts';
import type { SessionCookies } from './session-cookie.ts';

/** App Service Authentication, played on this machine: `/.auth/me`, `/.auth/login/aad`, `/.auth/logout`. */
export interface SignIn {
  /** The user of the bearer token or session cookie, else the local user. @throws HttpRefusal for a wrong token */
  principalOf(request: IncomingMessage): Principal;
  /** Answers a request below `/.auth/`. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): void;
}

/** Names become header values and keys: letters, digits and a few signs, 64 at most. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

export function createSignIn(cookies: SessionCookies, tokens: BearerTokens): SignIn {
  const principalOf = ({ headers }: IncomingMessage) =>
    tokens.read(headers.authorization) ?? cookies.read(headers.cookie) ?? localUser;
  return {
    principalOf,
    handle: (request, response, url) => {
      if (request.method !== 'GET' && request.method !== 'POST') return writeEmpty(response, 404);
      switch (url.pathname.replace(/\/$/, '').toLowerCase()) {
        case '/.auth/me':
          return writeMe(response, principalOf(request), tokens);
        case '/.auth/login/aad':
          return logIn(response, url, cookies);
        case '/.auth/logout':
          response.setHeader('set-cookie', cookies.clear());
          return redirect(response, localPath(url.searchParams.get('post_logout_redirect_uri')));
        default:
          return writeEmpty(response, 404);
      }
    },
  };
}

function writeMe(response: ServerResponse, principal: Principal, tokens: BearerTokens): void {
  writeJson(response, authMe(principal, tokens.issue(principal)));
}

function logIn(response: ServerResponse, url: URL, cookies: SessionCookies): void {
  const target = localPath(url.searchParams.get('post_login_redirect_uri'));
  const user = url.searchParams.get('user');
  if (user === null) return writeHtml(response, 200, loginPage({ target }));
  const roles = rolesOf(url);
  const badName = [user, ...roles].find((name) => !namePattern.test(name));
  if (badName !== undefined) {
    return writeHtml(
      response,
      400,
      loginPage({ target, error: `“${badName}” is not a name: use letters, digits and . _ @ - (64 at most).` }),
    );
  }
  response.setHeader('set-cookie', cookies.issue({ id: user, roles: roles.length > 0 ? roles : [defaultRole] }));
  redirect(response, target);
}

/** `roles` may be given once with commas or several times. */
function rolesOf(url: URL): string[] {
  const roles = url.searchParams.getAll('roles').flatMap((value) => value.split(','));
  return [...new Set(roles.map((role) => role.trim()).filter((role) => role !== ''))];
}

/** The path when it stays on this site, else `/`. A browser takes `//host` and `/\host` for another site. */
function localPath(target: string | null): string {
  if (target === null || !/^\/(?![/\\])/.test(target)) return '/';
  const url = URL.parse(target, 'http://local');
  return url?.origin === 'http://local' ? `${url.pathname}${url.search}${url.hash}` : '/';
}

function redirect(response: ServerResponse, location: string): void {
  response.setHeader('location', location);
  response.setHeader('cache-control', 'no-store');
  writeEmpty(response, 302);
}

function writeJson(response: ServerResponse, value: unknown): void {
  response.setHeader('cache-control', 'no-store');
  writeText(response, 200, JSON.stringify(value), 'application/json; charset=utf-8');
}

function writeHtml(response: ServerResponse, status: number, html: string): void {
  // The page holds one form and its style, and no script.
  response.setHeader(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  );
  response.setHeader('cache-control', 'no-store');
  writeText(response, status, html, 'text/html; charset=utf-8');
}
