import type { ContainerClient } from '@azure/storage-blob';
import { createHash } from 'node:crypto';
import type { BlobContainer, DownloadHeaders } from '../azure/blob.ts';
import { unavailable } from '../errors.ts';

/** Names sort by time, as task IDs and upload IDs do, so that a sweep reads the oldest first. */
const taskPrefix = 'tasks/';
const uploadPrefix = 'uploads/';

export const taskBlobName = (id: string) => taskPrefix + id;
/** By its content, so that of two edits at the same time neither overwrites the other. */
export const editedBlobName = (id: string, sha256: string) => `${taskPrefix}${id}-${sha256.slice(0, 32)}`;

/** The owner is part of the name: another owner's upload is not even looked at. */
export function uploadBlobName(uploadId: string, owner: string): string {
  return `${uploadPrefix}${uploadId}-${createHash('sha256').update(owner).digest('hex').slice(0, 32)}`;
}

/** What stands beside a payload in Blob Storage, so that a person can tell whose it is when the record is lost. */
export interface PayloadMetadata {
  readonly owner: string;
  readonly type: string;
  readonly sha256: string;
}

export interface FoundBlob {
  readonly bytes: number;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ListedBlob {
  readonly name: string;
  /** Task or upload. */
  readonly id: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const parallelBlocks = 4;
const copyPollMs = 100;
const copySourceMs = 5 * 60 * 1000;
const uuidLength = 36;

/** Payloads in Blob Storage: one JSON text each. Every method throws AppError `dependency-unavailable` when it is out of reach. */
export class PayloadBlobs {
  readonly #container: BlobContainer;

  constructor(container: BlobContainer) {
    this.#container = container;
  }

  async write(name: string, json: Buffer, metadata: PayloadMetadata): Promise<void> {
    await this.#ask(async (container) => {
      await container.getBlockBlobClient(name).uploadData(json, {
        blobHTTPHeaders: { blobContentType: 'application/json' },
        metadata: toHeaders(metadata),
      });
    });
  }

  /** @returns undefined when there is no such blob */
  async find(name: string): Promise<FoundBlob | undefined> {
    return this.#unlessMissing(async (container) => {
      const found = await container.getBlobClient(name).getProperties();
      return { bytes: found.contentLength ?? 0, etag: found.etag ?? '', metadata: found.metadata ?? {} };
    });
  }

  /**
   * @param etag the version to read
   * @returns undefined when there is no such blob, or no longer in this version
   */
  async read(name: string, etag?: string): Promise<Buffer | undefined> {
    return this.#unlessMissing((container) =>
      container.getBlobClient(name).downloadToBuffer(0, undefined, {
        concurrency: parallelBlocks,
        ...(etag !== undefined && { conditions: { ifMatch: etag } }),
      }),
    );
  }

  /** Copies inside the account, without the bytes coming by here. @returns false when the source is no longer there in this version */
  async copy(from: string, etag: string, to: string, metadata: PayloadMetadata): Promise<boolean> {
    const copied = await this.#unlessMissing(async (container) => {
      const source = await this.#container.sign(from, 'r', new Date(Date.now() + copySourceMs));
      const copying = await container.getBlobClient(to).beginCopyFromURL(source, {
        intervalInMs: copyPollMs,
        sourceConditions: { ifMatch: etag },
        metadata: toHeaders(metadata),
      });
      return (await copying.pollUntilDone()).copyStatus === 'success';
    });
    return copied === true;
  }

  /** Fine as well when it is gone already. */
  async delete(name: string): Promise<void> {
    await this.#ask((container) => container.getBlobClient(name).deleteIfExists());
  }

  /** Fails when the storage is out of reach. */
  async check(): Promise<void> {
    await this.#ask((container) => container.getProperties());
  }

  async mark(name: string, metadata: Record<string, string>): Promise<void> {
    await this.#unlessMissing((container) => container.getBlobClient(name).setMetadata(metadata));
  }

  /** A URL of its own for one blob. @param permissions as in a service SAS */
  async sign(name: string, permissions: string, expiresAt: Date, download?: DownloadHeaders): Promise<string> {
    return this.#ask(() => this.#container.sign(name, permissions, expiresAt, download));
  }

  /** Oldest first, page by page. */
  async *list(kind: 'tasks' | 'uploads', pageSize: number): AsyncGenerator<ListedBlob[]> {
    const prefix = kind === 'tasks' ? taskPrefix : uploadPrefix;
    const container = await this.#ask(async (opened) => opened);
    const pages = container.listBlobsFlat({ prefix, includeMetadata: true }).byPage({ maxPageSize: pageSize });
    for (;;) {
      const page = await this.#ask(() => pages.next());
      if (page.done === true) return;
      yield page.value.segment.blobItems.map(({ name, metadata = {} }) => {
        const id = name.slice(prefix.length, prefix.length + uuidLength);
        return { name, id, metadata };
      });
    }
  }

  async #ask<T>(work: (container: ContainerClient) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#container.open());
    } catch (error) {
      throw unavailable('Blob Storage', error);
    }
  }

  async #unlessMissing<T>(work: (container: ContainerClient) => Promise<T>): Promise<T | undefined> {
    return this.#ask((container) =>
      work(container).catch((error: unknown) => {
        if (isGone(error)) return undefined;
        throw error;
      }),
    );
  }
}

/** Not found, or not in the version that was asked for. */
function isGone(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: number };
  return statusCode === 404 || statusCode === 412;
}

/** Metadata travels in headers, which are ASCII. */
function toHeaders({ owner, type, sha256 }: PayloadMetadata): Record<string, string> {
  return { owner: encodeURIComponent(owner), type: encodeURIComponent(type), sha256 };
}
