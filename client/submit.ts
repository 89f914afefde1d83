import type { SubmitTask } from '../contracts/submit.ts';
import type { Task } from '../contracts/task.ts';
import type { PayloadRef } from '../contracts/uploads.ts';
import { ApiError } from './api-error.ts';
import type { TaskApi } from './task-api.ts';
import { sendToUpload, type UploadOptions } from './upload.ts';

/** What the API takes in a request by default, see PayloadLimitBytes; where it takes less, it says so. */
const inlineBytes = 10_000_000;

/**
 * Submits a task; its payload is uploaded first where it is too large for the request. Repeated with the same key, it gives
 * the same task, although the payload may be uploaded again.
 */
export async function submitTask(
  api: TaskApi,
  body: SubmitTask,
  idempotencyKey?: string,
  options: UploadOptions = {},
): Promise<Task> {
  if (body.payload === undefined) return api.submit(body, idempotencyKey);
  const json = new Blob([JSON.stringify(body.payload)]);
  if (json.size <= inlineBytes) {
    try {
      return await api.submit(body, idempotencyKey);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'payload-too-large') throw error;
    }
  }
  const payloadRef = await upload(api, json, options);
  return api.submit({ ...body, payload: undefined, payloadRef }, idempotencyKey);
}

/**
 * Uploads the JSON text of a payload, for one or more tasks to refer to within a day.
 * @throws ApiError `payload-too-large`, or what went wrong on the way
 */
export async function upload(api: TaskApi, json: Blob, options: UploadOptions = {}): Promise<PayloadRef> {
  const sha256 = await hashOf(json);
  const place = await api.createUpload({ bytes: json.size, ...(sha256 && { sha256 }) });
  await sendToUpload(place, json, options);
  return { uploadId: place.id, ...(sha256 && { sha256 }) };
}

/** Undefined on a page that is not served securely, where browsers have no `crypto.subtle`. */
async function hashOf(bytes: Blob): Promise<string | undefined> {
  const { subtle } = globalThis.crypto as { readonly subtle?: typeof globalThis.crypto.subtle };
  if (subtle === undefined) return undefined;
  const digest = new Uint8Array(await subtle.digest('SHA-256', await bytes.arrayBuffer()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
