import * as z from 'zod';
import { Timestamp } from './task.ts';

const Sha256 = z.string().regex(/^[0-9a-fA-F]{64}$/, { error: 'A SHA-256 in hexadecimal: 64 digits.' });

/** What `POST /api/uploads` takes: the size of a payload that is too large for the request that submits its task. */
export const CreateUpload = z.strictObject({
  /** Of the JSON text, in UTF-8; the upload is refused at submission when it has another size. */
  bytes: z.int().min(1),
  /** Of the same bytes; the upload is refused at submission when it differs. */
  sha256: Sha256.optional(),
  contentType: z
    .string()
    .regex(/^application\/json\b/, { error: 'Only application/json: a payload is one JSON text.' })
    .optional(),
});
export type CreateUpload = z.infer<typeof CreateUpload>;

export const Upload = z.object({
  /** For `payloadRef.uploadId`; good for a day. */
  id: z.string(),
  /** Where to PUT the bytes: a blob in Azure Storage, with a signature that allows writing this one blob. */
  url: z.string(),
  /** When the signature ends. */
  expiresAt: Timestamp,
  /** To be sent with the PUT (or, uploading in blocks, with Put Block List), as they are. */
  headers: z.record(z.string(), z.string()),
});
export type Upload = z.infer<typeof Upload>;

/** Stands in a submission in place of `payload`. */
export const PayloadRef = z.strictObject({
  uploadId: z.string().regex(/^[0-9a-f-]{36}$/, { error: 'The id that POST /api/uploads gave.' }),
  /** Of the uploaded bytes; the submission is refused when it differs. */
  sha256: Sha256.optional(),
});
export type PayloadRef = z.infer<typeof PayloadRef>;

export const uploadLimits = {
  /** How long a signature is good for; a hundred megabytes at 1 Mbit/s take 14 minutes. */
  urlMs: 15 * 60 * 1000,
  /** How long an upload waits for a task that refers to it. */
  keptMs: 24 * 60 * 60 * 1000,
  /** Values in an uploaded JSON text: an array of a hundred million would kill the process that reads it. */
  values: 5_000_000,
} as const;
