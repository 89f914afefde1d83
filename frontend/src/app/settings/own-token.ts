import type { Me } from '../../../../contracts/me.ts';
import type { AuthMe } from '../live/who.ts';

/** A token that stands for whoever is signed in. */
export interface OwnToken {
  readonly text: string;
  /** ISO 8601. */
  readonly endsAt: string;
}

/** The token that the platform keeps for this sign-in, where it gives it to pages. */
export function ownToken(me: AuthMe): OwnToken | undefined {
  const text = me[0]?.id_token;
  // It is put into commands: nothing but what a JWT is made of.
  if (text === undefined || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return undefined;
  const ends = claimsOf(text)['exp'];
  return typeof ends === 'number' ? { text, endsAt: new Date(ends * 1000).toISOString() } : undefined;
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
export function entraCommand({ tenant, resource }: NonNullable<Me['tokensFrom']>, origin: string): string {
  return [
    `TOKEN=$(az account get-access-token --tenant ${tenant} --resource ${resource} --query accessToken --output tsv)`,
    curlWith('$TOKEN', origin),
  ].join('\n');
}
