import type { AuthMe } from '../live/who.ts';

/** A token that stands for whoever is signed in. */
export interface OwnToken {
  readonly text: string;
  /** ISO 8601. */
  readonly endsAt: string;
}

/** Where Entra ID gives tokens for this app to whoever has a role in it. */
export interface EntraApp {
  readonly tenant: string;
  /** `api://…` */
  readonly resource: string;
}

/** The token that the platform keeps for this sign-in, where it gives it to pages. */
export function ownToken(me: AuthMe): OwnToken | undefined {
  const text = me[0]?.id_token;
  // It is put into commands: nothing but what a JWT is made of.
  if (text === undefined || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined;
  const ends = claimsOf(text)['exp'];
  return typeof ends === 'number' ? { text, endsAt: new Date(ends * 1000).toISOString() } : undefined;
}

/** Undefined for a sign-in that is not Entra ID's. */
export function entraApp(me: AuthMe): EntraApp | undefined {
  const claim = (name: string) => me[0]?.user_claims?.find(({ typ }) => typ === name)?.val ?? '';
  const guid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
  const tenant = new RegExp(`^https://[\\w.-]+/(${guid})(?:/|$)`).exec(claim('iss'))?.[1];
  const client = new RegExp(`^(?:api://)?(${guid})$`).exec(claim('aud'))?.[1];
  return tenant && client ? { tenant, resource: `api://${client}` } : undefined;
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const base64 = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(base64)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** A first call to the API, as a shell takes it. */
export function curlWith(token: string, origin: string): string {
  return `curl -H "Authorization: Bearer ${token}" '${origin}/api/tasks?limit=5'`;
}

/** Asks Entra ID for a token with the Azure CLI, then calls the API with it. */
export function entraCommand({ tenant, resource }: EntraApp, origin: string): string {
  return [
    `TOKEN=$(az account get-access-token --tenant ${tenant} --resource ${resource} --query accessToken --output tsv)`,
    curlWith('$TOKEN', origin),
  ].join('\n');
}
