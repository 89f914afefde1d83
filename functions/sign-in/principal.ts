import type { Me } from '../../contracts/me.ts';
import { operatorRole } from '../../contracts/names.ts';
import { AppError } from '../errors.ts';
import { getSettings, type Settings } from '../settings.ts';

/** Who asks. */
export interface Principal {
  readonly id: string;
  readonly isOperator: boolean;
}

interface ReadableHeaders {
  get(name: string): string | null;
}

/**
 * The signed-in user, from the headers that App Service Authentication sets (and strips when they come from outside). Where it is not
 * switched on nobody strips them, and they are worth nothing: `signIn` is `none` then.
 * learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 * @throws AppError `unauthenticated`
 */
export function readPrincipal(headers: ReadableHeaders, signIn: Settings['SignIn'] = getSettings().SignIn): Principal {
  if (signIn === 'none') throw new AppError('unauthenticated', noSignIn);
  const id = headers.get('x-ms-client-principal-id');
  if (!id) throw new AppError('unauthenticated', 'Nobody is signed in. Sign in at /.auth/login/aad, then try again.');
  return { id, isOperator: rolesOf(headers.get('x-ms-client-principal')).includes(operatorRole) };
}

const noSignIn =
  'Nobody can sign in here: no sign-in is set up, so the API answers nobody. Have an app registration named in AUTH_CLIENT_ID and deploy again.';

/** The owner whose tasks this principal may see: undefined for all. */
export function visibleOwner({ id, isOperator }: Principal): string | undefined {
  return isOperator ? undefined : id;
}

/** All that the headers say of the signed-in user. @throws AppError `unauthenticated` */
export function readMe(headers: ReadableHeaders, signIn?: Settings['SignIn']): Me {
  const { id, isOperator } = readPrincipal(headers, signIn);
  const encoded = headers.get('x-ms-client-principal');
  const claim = (type: string) => claimsOf(encoded).find(({ typ }) => typ === type)?.val;
  const name = claim('name') ?? claim('preferred_username') ?? headers.get('x-ms-client-principal-name') ?? id;
  const expiresS = Number(claim('exp'));
  const expiresAt = expiresS > 0 ? { expiresAt: new Date(expiresS * 1000).toISOString() } : {};
  const tokensFrom = entraApp(claim('iss'), claim('aud'));
  return { id, name, roles: rolesOf(encoded), isOperator, ...expiresAt, ...(tokensFrom && { tokensFrom }) };
}

const guid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const issuerPattern = new RegExp(`^https://[\\w.-]+/(${guid})(?:/|$)`);
const audiencePattern = new RegExp(`^(?:api://)?(${guid})$`);

/** Both end up in commands that people run: nothing but IDs. */
function entraApp(issuer = '', audience = ''): Me['tokensFrom'] {
  const tenant = issuerPattern.exec(issuer)?.[1];
  const client = audiencePattern.exec(audience)?.[1];
  return tenant === undefined || client === undefined ? undefined : { tenant, resource: `api://${client}` };
}

interface ClientPrincipal {
  readonly role_typ?: string;
  readonly claims?: readonly { readonly typ: string; readonly val: string }[];
}

function rolesOf(encoded: string | null): string[] {
  const { role_typ: roleType = 'roles' } = decode(encoded);
  return claimsOf(encoded)
    .filter(({ typ }) => typ === 'roles' || typ === roleType)
    .map(({ val }) => val);
}

function claimsOf(encoded: string | null): NonNullable<ClientPrincipal['claims']> {
  return decode(encoded).claims ?? [];
}

function decode(encoded: string | null): ClientPrincipal {
  if (encoded === null) return {};
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')) as ClientPrincipal;
  } catch {
    throw new AppError(
      'unauthenticated',
      'The header x-ms-client-principal is not readable. Sign in again at /.auth/login/aad.',
    );
  }
}
