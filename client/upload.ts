import type { Upload } from '../contracts/uploads.ts';
import { ApiError, apiErrorFrom } from './api-error.ts';

/** Told of each piece that has arrived. */
export type UploadProgress = (sentBytes: number, totalBytes: number) => void;

export interface UploadOptions {
  readonly onProgress?: UploadProgress;
  readonly signal?: AbortSignal;
}

/** A body up to this goes in one request. */
const blockBytes = 4 * 1024 * 1024;
const parallelBlocks = 3;
const attempts = 4;
const firstPauseMs = 500;

/**
 * Sends bytes to the place that `POST /api/uploads` gave: in blocks, so that a lost connection costs one block only.
 * @throws ApiError
 */
export async function sendToUpload(upload: Upload, bytes: Blob, options: UploadOptions = {}): Promise<void> {
  const { onProgress = () => undefined, signal } = options;
  if (bytes.size <= blockBytes) {
    await put(upload.url, bytes, upload.headers, signal);
    return onProgress(bytes.size, bytes.size);
  }
  const count = Math.ceil(bytes.size / blockBytes);
  let [next, sent] = [0, 0];
  const sendBlocks = async () => {
    while (next < count) {
      const i = next++;
      const block = bytes.slice(i * blockBytes, (i + 1) * blockBytes);
      await put(`${upload.url}&comp=block&blockid=${encodeURIComponent(blockId(i))}`, block, {}, signal).catch(
        (error: unknown) => {
          // The others need not go on.
          next = count;
          throw error;
        },
      );
      onProgress((sent += block.size), bytes.size);
    }
  };
  await Promise.all(Array.from({ length: parallelBlocks }, sendBlocks));
  await commit(upload, count, signal);
}

/** Of one length for all blocks, as Put Block asks for. */
const blockId = (i: number) => btoa(String(i).padStart(6, '0'));

/** learn.microsoft.com/rest/api/storageservices/put-block-list */
async function commit({ url, headers }: Upload, count: number, signal: AbortSignal | undefined): Promise<void> {
  const blocks = Array.from({ length: count }, (_, i) => `<Latest>${blockId(i)}</Latest>`).join('');
  // The other headers of a whole blob mean the list itself here.
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-ms-meta-'));
  const ofBlob = { ...Object.fromEntries(metadata), 'x-ms-blob-content-type': headers['content-type'] ?? '' };
  const body = new Blob([`<?xml version="1.0" encoding="utf-8"?><BlockList>${blocks}</BlockList>`]);
  await put(`${url}&comp=blocklist`, body, ofBlob, signal);
}

/** Sends again what did not arrive: each of these requests may be repeated. */
async function put(
  url: string,
  body: Blob,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const status = await fetch(url, { method: 'PUT', headers: { ...headers }, body, ...(signal && { signal }) }).then(
      (answer) => answer.status,
      () => 0,
    );
    signal?.throwIfAborted();
    if (status >= 200 && status < 300) return;
    if (attempt === attempts || (status !== 0 && status < 500)) throw uploadFailed(status);
    await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** (attempt - 1)));
  }
}

function uploadFailed(status: number): ApiError {
  if (status === 0) return apiErrorFrom(0, undefined);
  const message =
    status === 403
      ? 'The time for this upload is over. Submit it again.'
      : `The storage answered with status ${status} to the upload. Try again in a moment.`;
  return new ApiError('unknown', status, message);
}
