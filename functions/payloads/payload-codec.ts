import { hash, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';

/** No JSON text begins with this byte (RFC 8259), so payloads without it, as all were once kept, are what they are. */
const deflatedMark = 0x01;
const worthTryingBytes = 1024;
/** Compressed payloads cost time at each reading: they are to save at least a fifth. */
const largestShare = 0.8;
/** Below this, a trip to another thread takes longer than the work. */
const briefBytes = 64 * 1024;
/** Fast: a better ratio is not worth the worker's time. */
const options = { level: constants.Z_BEST_SPEED };
/** Corrupt bytes may claim to stand for gigabytes. */
const inflatedAtMost = { maxOutputLength: 512 * 1024 * 1024 };

/** A payload as Redis keeps it: as it is, or a mark and its DEFLATE stream (RFC 1951) where that is worth it. */
export async function encodePayload(json: Buffer): Promise<Buffer> {
  if (json.length <= worthTryingBytes) return json;
  const deflated =
    json.length < briefBytes ? deflateRawSync(json, options) : await promisify(deflateRaw)(json, options);
  if (deflated.length + 1 > json.length * largestShare) return json;
  return Buffer.concat([Buffer.of(deflatedMark), deflated]);
}

/** @returns undefined when the bytes are not what was once encoded */
export async function decodePayload(stored: Buffer): Promise<Buffer | undefined> {
  if (stored[0] !== deflatedMark) return stored;
  const deflated = stored.subarray(1);
  try {
    return stored.length < briefBytes
      ? inflateRawSync(deflated, inflatedAtMost)
      : await (promisify(inflateRaw) as (bytes: Buffer, options: object) => Promise<Buffer>)(deflated, inflatedAtMost);
  } catch {
    return undefined;
  }
}

/** In lower-case hexadecimal. */
export async function sha256(bytes: Buffer): Promise<string> {
  if (bytes.length < briefBytes) return hash('sha256', bytes, 'hex');
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
}
