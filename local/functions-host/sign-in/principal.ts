/** Who is signed in, as App Service Authentication would know it. */
export interface Principal {
  /** In Azure the object ID of Entra ID; here the name. */
  readonly id: string;
  readonly roles: readonly string[];
  /** When the session ends, in milliseconds since 1970; none without a session. */
  readonly expiresAt?: number;
}

/** Who a request without a session belongs to. */
export const localUser: Principal = { id: 'local-user', roles: ['operator'] };

/** The role of someone who signs in without naming any. */
export const defaultRole = 'user';

const identityProvider = 'aad';

/** Headers that only the platform may set: App Service drops them from requests that come from outside. */
export function isIdentityHeader(name: string): boolean {
  return /^x-ms-(client-principal|token-)/i.test(name);
}

/**
 * The identity headers of App Service Authentication.
 * Source: https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
export function principalHeaders(principal: Principal): Readonly<Record<string, string>> {
  let headers = headersOf.get(principal);
  if (headers === undefined) headersOf.set(principal, (headers = writeHeaders(principal)));
  return headers;
}

/** The same principal comes with every request of a session. */
const headersOf = new WeakMap<Principal, Readonly<Record<string, string>>>();

function writeHeaders(principal: Principal): Record<string, string> {
  const claims = { auth_typ: identityProvider, claims: claimsOf(principal), name_typ: 'name', role_typ: 'roles' };
  return {
    'x-ms-client-principal': Buffer.from(JSON.stringify(claims)).toString('base64'),
    'x-ms-client-principal-id': principal.id,
    'x-ms-client-principal-idp': identityProvider,
    'x-ms-client-principal-name': principal.id,
  };
}

/** The answer of `/.auth/me`: one entry for the signed-in user, with a token that stands for them. */
export function authMe(principal: Principal, idToken: string): object[] {
  const { id, expiresAt } = principal;
  const ends = expiresAt === undefined ? {} : { expires_on: new Date(expiresAt).toISOString() };
  return [
    { provider_name: identityProvider, user_id: id, user_claims: claimsOf(principal), id_token: idToken, ...ends },
  ];
}

function claimsOf({ id, roles }: Principal): { typ: string; val: string }[] {
  return [
    { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: id },
    { typ: 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier', val: id },
    { typ: 'preferred_username', val: id },
    { typ: 'name', val: id },
    ...roles.map((role) => ({ typ: 'roles', val: role })),
  ];
}
