/** Lets web pages of some origins call Azurite's Blob service, as a storage account's CORS rules do: browsers upload straight to it. */
import type { BlobServiceClient, CorsRule } from '@azure/storage-blob';
import { messageOf } from '../failure.ts';

/** @see https://learn.microsoft.com/rest/api/storageservices/cross-origin-resource-sharing--cors--support-for-the-azure-storage-services */
const whatPagesMayDo = {
  allowedMethods: 'GET,HEAD,PUT,OPTIONS',
  allowedHeaders: '*',
  exposedHeaders: '*',
  maxAgeInSeconds: 3600,
};

/** Adds a rule for each origin that has none; rules of others, who may share this Azurite, stay. Fails with one sentence. */
export async function allowBrowserUploads(
  { setting, connection }: { readonly setting: string; readonly connection: string },
  origins: readonly string[],
): Promise<void> {
  try {
    // Imported here: the launcher starts without it where no Blob Storage is on this machine.
    const { BlobServiceClient } = await import('@azure/storage-blob');
    await addRules(BlobServiceClient.fromConnectionString(connection), origins);
  } catch (error) {
    throw new Error(
      `The CORS rules of the Blob Storage in ${setting} could not be set (${messageOf(error).split('\n')[0]}): correct its account and key.`,
      { cause: error },
    );
  }
}

async function addRules(storage: BlobServiceClient, origins: readonly string[]): Promise<void> {
  const { cors = [] } = await storage.getProperties();
  const present = cors.flatMap(({ allowedOrigins }) => allowedOrigins.split(','));
  const missing = origins.filter((origin) => !present.includes(origin));
  if (missing.length === 0) return;
  // The service keeps five rules at most.
  const rules: CorsRule[] = [{ ...whatPagesMayDo, allowedOrigins: missing.join(',') }, ...cors].slice(0, 5);
  await storage.setProperties({ cors: rules });
}
