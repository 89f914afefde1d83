import type { ContainerClient, ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { BlobContainer, DownloadHeaders } from '../azure/blob.ts';
import type { Going } from '../azure/while-it-goes-on.ts';
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

/** Small enough for a slow network to bring each in time. */
const blocks = { concurrency: 4, blockSize: 2 * 1024 * 1024 };
const copyPollMs = 100;
const copySourceMs = 5 * 60 * 1000;
const uuidLength = 36;

interface PageOf {
  readonly maxPageSize: number;
  readonly continuationToken?: string;
}

type Work<T> = (container: ContainerClient, going: Going) => Promise<T>;

/** Payloads in Blob Storage: one JSON text each. Every method throws AppError `dependency-unavailable` when it is out of reach. */
export class PayloadBlobs {
  readonly #container: BlobContainer;

  constructor(container: BlobContainer) {
    this.#container = container;
  }

  async write(name: string, json: Buffer, metadata: PayloadMetadata): Promise<void> {
    await this.#ask((container, going) =>
      container.getBlockBlobClient(name).uploadData(json, {
        blobHTTPHeaders: { blobContentType: 'application/json' },
        metadata: toHeaders(metadata),
        ...blocks,
        maxSingleShotSize: blocks.blockSize,
        ...going,
      }),
    );
  }

  /** @returns undefined when there is no such blob */
  async find(name: string): Promise<FoundBlob | undefined> {
    return this.#unlessMissing(async (container, { abortSignal }) => {
      const found = await container.getBlobClient(name).getProperties({ abortSignal });
      return { bytes: found.contentLength ?? 0, etag: found.etag ?? '', metadata: found.metadata ?? {} };
    });
  }

  /**
   * @param etag the version to read
   * @returns undefined when there is no such blob, or no longer in this version
   */
  async read(name: string, etag?: string): Promise<Buffer | undefined> {
    return this.#unlessMissing((container, going) =>
      container.getBlobClient(name).downloadToBuffer(0, undefined, {
        ...blocks,
        ...going,
        ...(etag !== undefined && { conditions: { ifMatch: etag } }),
      }),
    );
  }

  /** Copies inside the account, without the bytes coming by here. @returns false when the source is no longer there in this version */
  async copy(from: string, etag: string, to: string, metadata: PayloadMetadata): Promise<boolean> {
    const copied = await this.#unlessMissing(async (container, going) => {
      const source = await this.#container.sign(from, 'r', new Date(Date.now() + copySourceMs));
      const copying = await container.getBlobClient(to).beginCopyFromURL(source, {
        sourceConditions: { ifMatch: etag },
        metadata: toHeaders(metadata),
        ...going,
      });
      while (!copying.isDone()) {
        await delay(copyPollMs, undefined, { signal: going.abortSignal });
        await copying.poll(going);
      }
      return copying.getResult()?.copyStatus === 'success';
    });
    return copied === true;
  }

  /** Fine as well when it is gone already. */
  async delete(name: string): Promise<void> {
    await this.#ask((container, { abortSignal }) => container.getBlobClient(name).deleteIfExists({ abortSignal }));
  }

  /** Fails when the storage is out of reach. */
  async check(): Promise<void> {
    await this.#ask((container, { abortSignal }) => container.getProperties({ abortSignal }));
  }

  async mark(name: string, metadata: Record<string, string>): Promise<void> {
    await this.#unlessMissing((container, { abortSignal }) =>
      container.getBlobClient(name).setMetadata(metadata, { abortSignal }),
    );
  }

  /** A URL of its own for one blob. @param permissions as in a service SAS */
  async sign(name: string, permissions: string, expiresAt: Date, download?: DownloadHeaders): Promise<string> {
    try {
      return await this.#container.sign(name, permissions, expiresAt, download);
    } catch (error) {
      throw unavailable('Blob Storage', error);
    }
  }

  /** Oldest first, page by page. */
  async *list(kind: 'tasks' | 'uploads', pageSize: number): AsyncGenerator<ListedBlob[]> {
    const prefix = kind === 'tasks' ? taskPrefix : uploadPrefix;
    let continuationToken: string | undefined;
    do {
      const settings = { maxPageSize: pageSize, ...(continuationToken && { continuationToken }) };
      const page = await this.#listPage(prefix, settings);
      yield page.segment.blobItems.map(({ name, metadata = {} }) => {
        const id = name.slice(prefix.length, prefix.length + uuidLength);
        return { name, id, metadata };
      });
      continuationToken = page.continuationToken;
    } while (continuationToken);
  }

  async #listPage(prefix: string, settings: PageOf): Promise<ContainerListBlobFlatSegmentResponse> {
    return this.#ask(async (container, { abortSignal }) => {
      const pages = container.listBlobsFlat({ prefix, includeMetadata: true, abortSignal }).byPage(settings);
      return (await pages.next()).value as ContainerListBlobFlatSegmentResponse;
    });
  }

  async #ask<T>(work: Work<T>): Promise<T> {
    try {
      return await this.#container.use(work);
    } catch (error) {
      throw unavailable('Blob Storage', error);
    }
  }

  async #unlessMissing<T>(work: Work<T>): Promise<T | undefined> {
    return this.#ask((container, going) =>
      work(container, going).catch((error: unknown) => {
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
