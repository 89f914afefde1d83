import type { Redis } from 'ioredis';
import { useTestAzurite } from '../../tests/support/test-azurite.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { BlobContainer } from '../azure/blob.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { TaskStore } from '../tasks/task-store.ts';
import { PayloadBlobs, taskBlobName, uploadBlobName } from './payload-blobs.ts';
import { PayloadStore } from './payload-store.ts';
import { sweepPayloads } from './sweep-payloads.ts';
import { createUpload, findUpload } from './uploads.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
const azurite = useTestAzurite();

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const retentionMs = 7 * day;
const start = Date.now();
let blobs: PayloadBlobs;
let payloads: PayloadStore;
let store: TaskStore;

beforeAll(() => {
  redis = testRedis.connect();
  store = new TaskStore(redis);
});
let containers = 0;
beforeEach(async () => {
  await redis.flushall();
  const container = new BlobContainer({ connectionString: azurite.connectionString }, `payloads-${(containers += 1)}`);
  blobs = new PayloadBlobs(container);
  payloads = new PayloadStore({ redis, blobs, writeThrough: true, cacheMs: day, redisLimitBytes: 1_000 });
});

const sweep = (now: number) => sweepPayloads({ blobs, redis, retentionMs, log: () => undefined, now });
const exists = async (name: string) => (await blobs.find(name)) !== undefined;

/** @returns the name of its blob */
async function upload(at: number): Promise<{ id: string; name: string }> {
  const { id, url, headers } = await createUpload(blobs, { owner: 'ada', request: { bytes: 13 }, limitBytes: 100 }, at);
  const { status } = await fetch(url, { method: 'PUT', headers, body: '{"message":1}' });
  expect(status).toBe(201);
  return { id, name: uploadBlobName(id, 'ada') };
}

async function accept(at: number, uploadId?: string): Promise<string> {
  const id = createTaskId('ada', at);
  const base = { id, owner: 'ada', type: 'echo', delivery: 'at-least-once', maxAttempts: 7, lane: 'tasks' } as const;
  const ref = { owner: 'ada', ref: { uploadId: uploadId ?? '' }, limitBytes: 100, announcedBytes: 13 };
  const uploaded = uploadId === undefined ? undefined : await (await findUpload(blobs, ref)).read();
  const stored = await payloads.prepare({ ...base, payload: '{"message":1}', ...(uploaded && { uploaded }) });
  await store.accept({ ...base, details: { tags: [], priority: 'normal' }, ...stored });
  return id;
}

it('deletes uploads when they are a day old; a task that refers to one keeps its payload', async () => {
  const { id: uploadId, name } = await upload(start);
  const later = await upload(start + hour);
  const id = await accept(start, uploadId);
  await sweep(start + day);
  expect(await exists(name)).toBe(true);
  await sweep(start + day + 1);
  await sweep(start + day + 1);
  expect([await exists(name), await exists(later.name)]).toEqual([false, true]);
  await redis.del(...(await redis.keys('*:payload:*')));
  expect((await payloads.read(id))?.toString()).toBe('{"message":1}');
  const ref = { owner: 'ada', ref: { uploadId }, limitBytes: 100, announcedBytes: 13 };
  await expect(findUpload(blobs, ref)).rejects.toMatchObject({ code: 'invalid-request' });
});

it('deletes the payload of a task that never was, or was forgotten, when that is so for as long as tasks are kept', async () => {
  const orphan = createTaskId('ada', start);
  await payloads.prepare({ id: orphan, owner: 'ada', type: 'echo', payload: '{}' });
  const waiting = await accept(start);
  const young = await accept(start + retentionMs);
  await redis.del(...(await redis.keys(`*:task:${young}`)));
  const at = (days: number) => sweep(start + days * day);
  await at(7);
  await at(8);
  await at(14.9);
  expect(await exists(taskBlobName(orphan))).toBe(true);
  await at(15.1);
  await at(15.1);
  const left = [orphan, waiting, young].map((id) => exists(taskBlobName(id)));
  expect(await Promise.all(left)).toEqual([false, true, true]);
});

it('keeps the payloads that a Redis has just lost the records of, and says whose they are', async () => {
  const id = await accept(start);
  await redis.flushall();
  await sweep(start + 100 * day);
  expect((await blobs.find(taskBlobName(id)))?.metadata).toMatchObject({ owner: 'ada', type: 'echo' });
});

it('leaves alone what is none of ours', async () => {
  await blobs.write('tasks/notes.txt', Buffer.from('x'), { owner: 'ada', type: 'x', sha256: '' });
  await sweep(start + 1_000 * day);
  expect(await exists('tasks/notes.txt')).toBe(true);
});

it('goes through more blobs than one page has, past what is none of ours', async () => {
  await blobs.write('uploads/0-notes.txt', Buffer.from('x'), { owner: 'ada', type: 'x', sha256: '' });
  const names = Array.from({ length: 520 }, (_, i) => uploadBlobName(createTaskId('ada', start + i), 'ada'));
  await Promise.all(names.map((name) => blobs.write(name, Buffer.from('1'), { owner: 'a', type: 't', sha256: '' })));
  await sweep(start + day + 510);
  const left = await Promise.all(names.map(exists));
  expect(left.filter((isThere) => isThere)).toHaveLength(10);
}, 60_000);
