import type { AccessToken, TokenCredential } from '@azure/identity';

/**
 * Who this app is towards Azure's services: the managed identity that a setting names, or whoever is signed in here.
 * The library is loaded on first use: it is large, and an app with connection strings never needs it.
 */
export async function createCredential(clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  return clientId === undefined ? new DefaultAzureCredential() : new ManagedIdentityCredential({ clientId });
}

/** The same, for who needs a credential before there is time to load the library. */
export function lazyCredential(clientId: string | undefined): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, options) {
      credential ??= createCredential(clientId);
      return (await credential).getToken(scopes, options);
    },
  };
}

/** @param scope such as `https://signalr.azure.com/.default`. @throws when the identity gets no token for it */
export async function getToken(credential: TokenCredential, scope: string): Promise<AccessToken> {
  const token = await credential.getToken(scope);
  if (token === null) throw new Error(`The app's identity gets no token for ${scope}.`);
  return token;
}
