import type { Redis } from 'ioredis';
import { uploadLimits } from '../../contracts/uploads.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { taskKey } from '../tasks/task-keys.ts';
import type { ListedBlob, PayloadBlobs } from './payload-blobs.ts';

export interface PayloadSweep {
  readonly blobs: PayloadBlobs;
  readonly redis: Redis;
  /** How long finished tasks are kept. */
  readonly retentionMs: number;
  readonly log: (...args: unknown[]) => void;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const pageSize = 500;

/**
 * Deletes what nothing refers to any more. Names sort by time, so each list ends at the first blob that is young enough.
 * It can be repeated and can stop anywhere: the next sweep starts again at the oldest.
 */
export async function sweepPayloads(sweep: PayloadSweep): Promise<void> {
  const uploads = await sweepUploads(sweep);
  const orphans = await sweepTaskBlobs(sweep);
  if (uploads + orphans > 0) sweep.log(`Deleted ${uploads} old uploads and ${orphans} payloads of no task.`);
}

/** A task that refers to an upload has a copy of its own, so age is all that counts. */
async function sweepUploads({ blobs, now }: PayloadSweep): Promise<number> {
  let deleted = 0;
  for await (const page of blobs.list('uploads', pageSize)) {
    const old = page.filter(({ id }) => timeOf(id) < now - uploadLimits.keptMs);
    await Promise.all(old.map(({ name }) => blobs.delete(name)));
    deleted += old.length;
    if (page.some(({ id }) => isYoung(id, now - uploadLimits.keptMs))) break;
  }
  return deleted;
}

/**
 * A blob without a record is left from a process that died before its task was accepted or after it was forgotten — or Redis
 * has lost the record. It is marked when first seen, and deleted when it has been without a record for the whole retention.
 */
async function sweepTaskBlobs(sweep: PayloadSweep): Promise<number> {
  let deleted = 0;
  for await (const page of sweep.blobs.list('tasks', pageSize)) {
    const until = sweep.now - sweep.retentionMs;
    const old = page.filter(({ id }) => timeOf(id) < until);
    const known = await Promise.all(old.map(({ id }) => sweep.redis.exists(taskKey(id))));
    const done = await Promise.all(old.filter((_, i) => known[i] === 0).map((orphan) => settle(sweep, orphan)));
    deleted += done.filter((wasDeleted) => wasDeleted).length;
    if (page.some(({ id }) => isYoung(id, until))) break;
  }
  return deleted;
}

async function settle({ blobs, now, retentionMs }: PayloadSweep, { name, metadata }: ListedBlob): Promise<boolean> {
  const since = metadata.orphansince;
  if (since === undefined) {
    await blobs.mark(name, { ...metadata, orphansince: String(now) });
    return false;
  }
  if (Number(since) > now - retentionMs) return false;
  await blobs.delete(name);
  return true;
}

/** Of a UUID version 7, in milliseconds since 1970; now and then somebody puts other blobs there, which stay. */
function timeOf(id: string): number {
  return isTaskId(id) ? parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : Infinity;
}

/** So that the rest of the list is young as well; what is none of ours says nothing of that. */
function isYoung(id: string, until: number): boolean {
  return isTaskId(id) && timeOf(id) >= until;
}
