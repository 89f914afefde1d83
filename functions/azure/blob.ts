import type { TokenCredential } from '@azure/identity';
import type { BlobServiceClient, ContainerClient, UserDelegationKey } from '@azure/storage-blob';
import { getSettings, type Settings } from '../settings.ts';
import { createCredential } from './credential.ts';
import { type Going, whileItGoesOn } from './while-it-goes-on.ts';

/** Where blobs are: by a connection string, or by endpoint and identity. */
export type BlobConnection =
  | { readonly connectionString: string }
  | { readonly serviceUri: string; readonly credential: () => Promise<TokenCredential> };

/** The Blob Storage that payloads go to; undefined when no setting names one. */
export function blobConnection(settings: Settings): BlobConnection | undefined {
  const own = oneOf(
    settings.PayloadStorageConnection,
    settings.PayloadStorageConnection__blobServiceUri,
    settings.PayloadStorageConnection__clientId,
  );
  return (
    own ??
    oneOf(
      settings.AzureWebJobsStorage,
      settings.AzureWebJobsStorage__blobServiceUri,
      settings.AzureWebJobsStorage__clientId,
    )
  );
}

function oneOf(
  connectionString: string | undefined,
  serviceUri: string | undefined,
  clientId: string | undefined,
): BlobConnection | undefined {
  if (connectionString) return { connectionString };
  return serviceUri ? { serviceUri, credential: () => createCredential(clientId || undefined) } : undefined;
}

/** The account that `UseDevelopmentStorage=true` stands for (learn.microsoft.com/azure/storage/common/storage-configure-connection-string). */
const developmentEndpoint = 'http://127.0.0.1:10000/devstoreaccount1';

/** The endpoint that browsers upload to, without opening a connection. */
export function blobEndpoint(connection: BlobConnection): string {
  if ('serviceUri' in connection) return connection.serviceUri;
  const parts = new Map(
    connection.connectionString.split(';').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    }),
  );
  if (parts.get('usedevelopmentstorage') === 'true') return developmentEndpoint;
  const suffix = parts.get('endpointsuffix') ?? 'core.windows.net';
  return (
    parts.get('blobendpoint') ??
    `${parts.get('defaultendpointsprotocol') ?? 'https'}://${parts.get('accountname') ?? ''}.blob.${suffix}`
  );
}

/** A request of a person waits for these; the SDK's own default goes on for minutes. */
const retryOptions = { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };
/** A user delegation key may be valid for a week; a shorter one is of less use to a thief. */
const delegationKeyMs = 2 * 60 * 60 * 1000;
const clockSkewMs = 5 * 60 * 1000;
/** A storage that stands still refuses nothing, it answers nothing: a request is given up then. */
const answersWithinMs = 10_000;

export interface DownloadHeaders {
  readonly contentType?: string;
  readonly contentDisposition?: string;
}

interface Opened {
  readonly service: BlobServiceClient;
  readonly container: ContainerClient;
}

/** A container, created when it is first used. */
export class BlobContainer {
  readonly #connection: BlobConnection;
  readonly #name: string;
  readonly #withinMs: number;
  #opening: Promise<Opened> | undefined;
  #delegation: { readonly key: UserDelegationKey; readonly until: number } | undefined;

  constructor(connection: BlobConnection, name: string, withinMs = answersWithinMs) {
    this.#connection = connection;
    this.#name = name;
    this.#withinMs = withinMs;
  }

  /** Work with blobs, aborted when it gets nowhere. */
  async use<T>(work: (container: ContainerClient, going: Going) => Promise<T>): Promise<T> {
    const { container } = await this.#open();
    return whileItGoesOn(this.#withinMs, (going) => work(container, going));
  }

  /**
   * A URL for one blob and nothing else, to be given away: signed by the account's key, or by the identity's delegation key.
   * @param permissions letters of a service SAS: `r` read, `c` create, `w` write
   * @param download headers of the answer to a GET, whatever was uploaded
   */
  async sign(name: string, permissions: string, expiresAt: Date, download: DownloadHeaders = {}): Promise<string> {
    const { BlobSASPermissions, SASProtocol } = await import('@azure/storage-blob');
    const { service, container } = await this.#open();
    const blob = container.getBlobClient(name);
    const options = {
      permissions: BlobSASPermissions.parse(permissions),
      expiresOn: expiresAt,
      protocol: blob.url.startsWith('https:') ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
      ...download,
    };
    if ('connectionString' in this.#connection) return blob.generateSasUrl(options);
    return blob.generateUserDelegationSasUrl(options, await this.#delegationKey(service, expiresAt));
  }

  async #open(): Promise<Opened> {
    this.#opening ??= this.#create();
    try {
      return await this.#opening;
    } catch (error) {
      // The next one tries again.
      this.#opening = undefined;
      throw error;
    }
  }

  async #create(): Promise<Opened> {
    const service = await connect(this.#connection);
    const container = service.getContainerClient(this.#name);
    await whileItGoesOn(this.#withinMs, ({ abortSignal }) => container.createIfNotExists({ abortSignal }));
    return { service, container };
  }

  async #delegationKey(service: BlobServiceClient, neededUntil: Date): Promise<UserDelegationKey> {
    if (this.#delegation !== undefined && this.#delegation.until >= neededUntil.getTime()) return this.#delegation.key;
    const until = Date.now() + delegationKeyMs;
    const from = new Date(Date.now() - clockSkewMs);
    const key = await whileItGoesOn(this.#withinMs, ({ abortSignal }) =>
      service.getUserDelegationKey(from, new Date(until), { abortSignal }),
    );
    this.#delegation = { key, until };
    return key;
  }
}

async function connect(connection: BlobConnection): Promise<BlobServiceClient> {
  const { BlobServiceClient } = await import('@azure/storage-blob');
  if ('connectionString' in connection) {
    return BlobServiceClient.fromConnectionString(connection.connectionString, { retryOptions });
  }
  return new BlobServiceClient(connection.serviceUri, await connection.credential(), { retryOptions });
}

export const payloadContainer = 'payloads';
let payloads: BlobContainer | undefined;

/** The container of payloads; undefined when no Blob Storage is set up. */
export function getPayloadContainer(): BlobContainer | undefined {
  const connection = blobConnection(getSettings());
  if (connection !== undefined) payloads ??= new BlobContainer(connection, payloadContainer);
  return payloads;
}
