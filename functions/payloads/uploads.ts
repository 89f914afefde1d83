import type { InputError } from '../../contracts/problem.ts';
import { submitLimits } from '../../contracts/submit.ts';
import { type CreateUpload, type PayloadRef, type Upload, uploadLimits } from '../../contracts/uploads.ts';
import { AppError } from '../errors.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { measureJson } from './measure-json.ts';
import { type PayloadBlobs, uploadBlobName } from './payload-blobs.ts';
import { sha256 } from './payload-codec.ts';
import type { Uploaded } from './payload-store.ts';

/** The header by which a client's own SHA-256 comes to lie beside its bytes. */
const hashHeader = 'x-ms-meta-sha256';

/**
 * A place to upload one payload to.
 * @param now milliseconds since 1970
 * @throws AppError `payload-too-large`, `dependency-unavailable`
 */
export async function createUpload(
  blobs: PayloadBlobs,
  { owner, request, limitBytes }: { owner: string; request: CreateUpload; limitBytes: number },
  now: number,
): Promise<Upload> {
  if (request.bytes > limitBytes) throw uploadTooLarge(limitBytes, request.bytes);
  const id = createTaskId(owner, now);
  const expiresAt = new Date(now + uploadLimits.urlMs);
  return {
    id,
    url: await blobs.sign(uploadBlobName(id, owner), 'cw', expiresAt),
    expiresAt: expiresAt.toISOString(),
    headers: {
      'x-ms-blob-type': 'BlockBlob',
      'content-type': 'application/json',
      ...(request.sha256 !== undefined && { [hashHeader]: request.sha256.toLowerCase() }),
    },
  };
}

/** An upload as a submission needs it: its bytes, and the value they stand for. */
export interface ReadUpload extends Uploaded {
  readonly value: unknown;
}

interface WantedUpload {
  readonly owner: string;
  readonly ref: PayloadRef;
  readonly limitBytes: number;
  /** Undefined where that is not known any more. */
  readonly announcedBytes: number | undefined;
}

/** @returns its size in bytes. @throws AppError when it is not there, not this owner's, too large, or of another size than announced */
export async function findUpload(
  blobs: PayloadBlobs,
  { owner, ref, limitBytes, announcedBytes }: WantedUpload,
): Promise<{ readonly bytes: number; readonly read: () => Promise<ReadUpload> }> {
  const blob = uploadBlobName(ref.uploadId, owner);
  const found = await blobs.find(blob);
  if (found === undefined) throw noSuchUpload(ref);
  if (found.bytes > limitBytes) throw uploadTooLarge(limitBytes, found.bytes);
  const { bytes, etag, metadata } = found;
  if (announcedBytes !== undefined && bytes !== announcedBytes) throw otherSize(bytes, announcedBytes);
  const read = async (): Promise<ReadUpload> => {
    const json = await blobs.read(blob, etag);
    if (json === undefined) throw noSuchUpload(ref);
    const digest = await sha256(json);
    for (const expected of [ref.sha256, metadata.sha256]) {
      if (expected !== undefined && expected.toLowerCase() !== digest) throw otherHash(digest);
    }
    return { json, sha256: digest, blob, etag, value: await parseJson(json) };
  };
  return { bytes, read };
}

/** The value of an uploaded text, refused before it is parsed when that would take too much memory. */
async function parseJson(json: Buffer): Promise<unknown> {
  const { depth, values } = await measureJson(json);
  if (depth > submitLimits.depth) throw badPayload(`Nested too deeply: at most ${submitLimits.depth} levels.`);
  if (values > uploadLimits.values) {
    throw badPayload(
      `At most ${uploadLimits.values.toLocaleString('en')} values; put the data into fewer, longer texts.`,
    );
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch {
    throw badPayload('It is not UTF-8.');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badPayload(`It is not valid JSON: ${(error as SyntaxError).message.slice(0, 300)}`);
  }
}

export function uploadTooLarge(limitBytes: number, bytes: number): AppError {
  return new AppError(
    'payload-too-large',
    `An uploaded payload may have ${limitBytes.toLocaleString('en')} bytes; this one has ${bytes.toLocaleString('en')}. Send less, or split it into several tasks.`,
  );
}

/** Said in the same way of what never was, is no longer kept, and is somebody else's. */
function noSuchUpload({ uploadId }: PayloadRef): AppError {
  return refused({
    pointer: '/payloadRef/uploadId',
    detail: `There is no upload ${uploadId} of yours with bytes in it. PUT them to the url that POST /api/uploads gave; they are kept for a day.`,
  });
}

function otherSize(actual: number, announced: number): AppError {
  return refused({
    pointer: '/payloadRef/uploadId',
    detail: `The upload has ${actual.toLocaleString('en')} bytes, not the ${announced.toLocaleString('en')} that POST /api/uploads was told. Upload all of it, or ask for another upload with the right size.`,
  });
}

function otherHash(actual: string): AppError {
  return refused({
    pointer: '/payloadRef/sha256',
    detail: `The uploaded bytes have the SHA-256 ${actual}. Upload them again, or correct the hash.`,
  });
}

function badPayload(detail: string): AppError {
  return refused({ pointer: '/payload', detail });
}

function refused(error: InputError): AppError {
  return new AppError('invalid-request', 'The uploaded payload cannot be used: see errors[].', { errors: [error] });
}
