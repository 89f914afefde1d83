import type { Redis } from 'ioredis';
import { uploadLimits } from '../../contracts/uploads.ts';
import { announcedUploadKey } from '../tasks/task-keys.ts';

/** Keeps how many bytes an upload will have, for as long as the upload itself. */
export async function announceUpload(redis: Redis, uploadId: string, bytes: number): Promise<void> {
  await redis.set(announcedUploadKey(uploadId), bytes, 'PX', uploadLimits.keptMs);
}

/** @returns undefined where nothing is known of it */
export async function announcedBytes(redis: Redis, uploadId: string): Promise<number | undefined> {
  const bytes = await redis.get(announcedUploadKey(uploadId));
  return bytes === null ? undefined : Number(bytes);
}
