import type { TokenCredential } from '@azure/identity';

/**
 * Who this app is towards Azure's services: the managed identity that a setting names, or whoever is signed in here.
 * The library is loaded on first use: it is large, and an app with connection strings never needs it.
 */
export async function createCredential(clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  return clientId === undefined ? new DefaultAzureCredential() : new ManagedIdentityCredential({ clientId });
}
