import type { TokenCredential } from '@azure/identity';

/**
 * Who is signed in on this machine, or its managed identity; `clientId` says which, where it has several. Loads the library only when a
 * token is asked for: it is large, and nothing on this machine needs it.
 */
export function machineIdentity(clientId?: string): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    getToken: async (scopes, options) => {
      credential ??= import('@azure/identity').then(
        ({ DefaultAzureCredential }) =>
          new DefaultAzureCredential(clientId ? { managedIdentityClientId: clientId } : {}),
      );
      return (await credential).getToken(scopes, options);
    },
  };
}
