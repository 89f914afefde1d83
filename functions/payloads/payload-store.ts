import type { Redis } from 'ioredis';
import { AppError } from '../errors.ts';
import { originalPayloadKey, payloadKey, taskKey } from '../tasks/task-keys.ts';
import { editedBlobName, type PayloadBlobs, taskBlobName } from './payload-blobs.ts';
import { decodePayload, encodePayload, sha256 } from './payload-codec.ts';

/** Of a task's record: what its payload has to be, and where else it is kept. */
export interface PayloadFields {
  /** Missing in records from before payloads were checked. */
  readonly payloadSha256?: string;
  /** Name of the blob that holds it too, or alone. */
  readonly payloadBlob?: string;
}

/** A payload as accept.lua takes it, with what the record says of it. */
export interface StoredPayload extends PayloadFields {
  /** For Redis; empty when only Blob Storage holds it. */
  readonly payload: string | Buffer;
  /** Of the JSON text. */
  readonly payloadBytes: number;
  /** How long Redis keeps it, in milliseconds; for ever where it is missing. */
  readonly payloadCacheMs?: number;
}

/** A payload that was uploaded, checked, and lies in a blob that may go tomorrow. */
export interface Uploaded {
  readonly json: Buffer;
  readonly sha256: string;
  readonly blob: string;
  readonly etag: string;
}

export interface PayloadStoreOptions {
  readonly redis: Redis;
  /** Undefined when no Blob Storage is set up. */
  readonly blobs: PayloadBlobs | undefined;
  /** True for `redis+blob`. */
  readonly writeThrough: boolean;
  /** How long Redis keeps what Blob Storage holds too, in milliseconds. */
  readonly cacheMs: number;
  /** A larger one is kept in Blob Storage only. */
  readonly redisLimitBytes: number;
}

/** Of a new task: whose payload it is, and what. */
export interface NewPayload {
  readonly id: string;
  readonly owner: string;
  readonly type: string;
  /** JSON; without meaning where the payload was uploaded. */
  readonly payload: string;
  readonly uploaded?: Uploaded;
}

type NewStored = StoredPayload & { readonly payloadSha256: string };

/**
 * The one place that writes and reads payloads. Redis has them compressed where that is worth it; Blob Storage has the large
 * ones, and with `redis+blob` all of them, as plain JSON. What is read is what was accepted, byte by byte, or an error.
 * Methods throw AppError `dependency-unavailable` when Blob Storage is needed and out of reach.
 */
export class PayloadStore {
  readonly #options: PayloadStoreOptions;

  constructor(options: PayloadStoreOptions) {
    this.#options = options;
  }

  /**
   * Before a task is accepted: when this returns, Blob Storage has its payload where it should.
   * @throws AppError `conflict` when an upload has changed or gone since it was read
   */
  async prepare(task: NewPayload): Promise<NewStored> {
    return task.uploaded === undefined
      ? this.#prepareInline(task, () => taskBlobName(task.id))
      : this.#prepareUpload(task, task.uploaded);
  }

  /** Before a task is replayed with another payload: beside the one it has, which stays. */
  async prepareEdit(task: Omit<NewPayload, 'uploaded'>): Promise<StoredPayload> {
    return this.#prepareInline(task, (digest) => editedBlobName(task.id, digest));
  }

  async #prepareInline({ owner, type, payload }: NewPayload, blobName: (sha256: string) => string): Promise<NewStored> {
    const bytes = Buffer.from(payload);
    const digest = await sha256(bytes);
    const base = { payload: await encodePayload(bytes), payloadBytes: bytes.length, payloadSha256: digest };
    if (!this.#options.writeThrough) return base;
    const payloadBlob = blobName(digest);
    await this.#needBlobs().write(payloadBlob, bytes, { owner, type, sha256: digest });
    return { ...base, payloadBlob, payloadCacheMs: this.#options.cacheMs };
  }

  async #prepareUpload({ id, owner, type }: NewPayload, { json, sha256, blob, etag }: Uploaded): Promise<NewStored> {
    const { writeThrough, redisLimitBytes, cacheMs } = this.#options;
    const fitsRedis = json.length <= redisLimitBytes;
    const payload = fitsRedis ? await encodePayload(json) : '';
    const base = { payload, payloadBytes: json.length, payloadSha256: sha256 };
    if (fitsRedis && !writeThrough) return base;
    const payloadBlob = taskBlobName(id);
    // A copy of its own: the upload can still be written to while its URL is valid, and goes when it is a day old.
    if (!(await this.#needBlobs().copy(blob, etag, payloadBlob, { owner, type, sha256 }))) throw uploadChanged();
    return { ...base, payloadBlob, payloadCacheMs: cacheMs };
  }

  /**
   * The JSON text that was accepted with the task, from Redis, else from Blob Storage, which fills Redis again.
   * @param known the task's record, where it is at hand
   * @param inHand what Redis holds, likewise
   * @returns undefined when it is no longer kept
   * @throws AppError `payload-corrupt`
   */
  async read(id: string, known?: PayloadFields, inHand?: string): Promise<Buffer | undefined> {
    const fields = known ?? (await this.#fields(id));
    const { json, fromBlob } = await this.#readFrom(id, payloadKey(id), fields, inHand);
    if (json !== undefined && fromBlob && json.length <= this.#options.redisLimitBytes) await this.#putBack(id, json);
    return json;
  }

  /** The JSON text that the task was submitted with, where it has been edited since; else the one it has. */
  async readOriginal(id: string): Promise<Buffer | undefined> {
    const names = ['edits', 'originalSha256', 'originalBlob'];
    const [edits, payloadSha256, payloadBlob] = await this.#options.redis.hmget(taskKey(id), ...names);
    if (!edits) return this.read(id);
    const fields = { ...(payloadSha256 && { payloadSha256 }), ...(payloadBlob && { payloadBlob }) };
    return (await this.#readFrom(id, originalPayloadKey(id), fields)).json;
  }

  async #readFrom(
    id: string,
    key: string,
    { payloadSha256, payloadBlob }: PayloadFields,
    inHand?: string,
  ): Promise<{ json: Buffer | undefined; fromBlob: boolean }> {
    const stored = inHand === undefined ? await this.#options.redis.getBuffer(key) : Buffer.from(inHand);
    const cached = stored === null ? undefined : await decodePayload(stored);
    if (cached !== undefined && (await isSound(cached, payloadSha256))) return { json: cached, fromBlob: false };
    const kept = payloadBlob === undefined ? undefined : await this.#needBlobs().read(payloadBlob);
    if (kept === undefined && stored === null) return { json: undefined, fromBlob: false };
    if (kept === undefined || !(await isSound(kept, payloadSha256))) throw corrupt(id);
    return { json: kept, fromBlob: true };
  }

  /**
   * A URL to read a payload straight from Blob Storage, for one that is too large to come by here.
   * @returns undefined when Redis may have it: then read it
   */
  async linkTo(id: string, payloadBytes: number, expiresAt: Date): Promise<string | undefined> {
    if (payloadBytes <= this.#options.redisLimitBytes) return undefined;
    const { payloadBlob } = await this.#fields(id);
    if (payloadBlob === undefined) return undefined;
    const blobs = this.#needBlobs();
    if ((await blobs.find(payloadBlob)) === undefined) return undefined;
    return blobs.sign(payloadBlob, 'r', expiresAt, {
      contentType: 'application/json',
      contentDisposition: `attachment; filename="${id}.json"`,
    });
  }

  /** Deletes what `prepare` wrote for a task that was not accepted. What this misses, the sweeper finds. */
  async discard({ payloadBlob }: PayloadFields): Promise<void> {
    if (payloadBlob !== undefined) await this.#needBlobs().delete(payloadBlob);
  }

  async #fields(id: string): Promise<PayloadFields> {
    const [payloadSha256, payloadBlob] = await this.#options.redis.hmget(taskKey(id), 'payloadSha256', 'payloadBlob');
    return { ...(payloadSha256 && { payloadSha256 }), ...(payloadBlob && { payloadBlob }) };
  }

  /** With an end, so that nothing stays of a task that is forgotten at the same moment. */
  async #putBack(id: string, json: Buffer): Promise<void> {
    const { redis, cacheMs } = this.#options;
    await redis.set(payloadKey(id), await encodePayload(json), 'PX', cacheMs);
  }

  #needBlobs(): PayloadBlobs {
    const { blobs } = this.#options;
    if (blobs === undefined) throw noBlobStorage();
    return blobs;
  }
}

export function noBlobStorage(): AppError {
  return new AppError(
    'dependency-unavailable',
    'No Blob Storage is set up here, which large payloads need. Have the setting PayloadStorageConnection or AzureWebJobsStorage filled in.',
  );
}

function uploadChanged(): AppError {
  return new AppError(
    'conflict',
    'The upload was written to, or has gone, while the task was being submitted. Submit it again.',
  );
}

function corrupt(id: string): AppError {
  return new AppError(
    'payload-corrupt',
    `The payload of task ${id} is not what was accepted: its SHA-256 differs. It is not used; submit the task again.`,
  );
}

async function isSound(json: Buffer, expected: string | undefined): Promise<boolean> {
  return expected === undefined || (await sha256(json)) === expected;
}
