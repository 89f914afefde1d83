import { BlobServiceClient } from '@azure/storage-blob';
import type { Redis } from 'ioredis';
import { useTestAzurite } from '../../tests/support/test-azurite.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { BlobContainer } from '../azure/blob.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { payloadKey } from '../tasks/task-keys.ts';
import { PayloadBlobs } from './payload-blobs.ts';
import { PayloadStore, type StoredPayload } from './payload-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
const azurite = useTestAzurite();

const cacheMs = 60_000;
let blobs: PayloadBlobs;
let inRedis: PayloadStore;
let writeThrough: PayloadStore;
let time = Date.parse('2026-01-05T10:00:00Z');

beforeAll(() => {
  redis = testRedis.connect();
  blobs = new PayloadBlobs(new BlobContainer({ connectionString: azurite.connectionString }, 'payloads'));
  const options = { redis, blobs, cacheMs, redisLimitBytes: 100_000 };
  inRedis = new PayloadStore({ ...options, writeThrough: false });
  writeThrough = new PayloadStore({ ...options, writeThrough: true });
});
beforeEach(() => redis.flushall());

const long = JSON.stringify({ csv: 'name,größe\nÅse,1.70\n'.repeat(1_000) });
const newId = () => createTaskId('ada', (time += 1));
const prepare = (store: PayloadStore, id: string, json = long) =>
  store.prepare({ id, owner: 'ada', type: 'echo', payload: json });

/** As accept.lua does. */
async function keep(id: string, prepared: StoredPayload): Promise<void> {
  await redis.set(payloadKey(id), prepared.payload);
}
const textOf = (bytes: Buffer | undefined) => bytes?.toString();

describe('in Redis', () => {
  it('gives back what was prepared, which takes less room there', async () => {
    const id = newId();
    const prepared = await prepare(inRedis, id);
    await keep(id, prepared);
    expect(prepared.payloadBytes).toBe(Buffer.byteLength(long));
    expect(await redis.strlen(payloadKey(id))).toBeLessThan(prepared.payloadBytes / 4);
    expect(textOf(await inRedis.read(id, prepared))).toBe(long);
    expect(prepared.payloadBlob).toBeUndefined();
  });

  it('reads plain payloads of records that know no hash', async () => {
    const id = newId();
    await redis.set(payloadKey(id), long);
    expect(textOf(await inRedis.read(id))).toBe(long);
  });

  it.each([
    ['a changed byte', (stored: Buffer) => stored.fill(stored[50]! ^ 1, 50, 51)],
    ['a lost end', (stored: Buffer) => stored.subarray(0, -10)],
    ['another payload', () => Buffer.from('{"csv":"a"}')],
    ['nothing left of it', () => Buffer.alloc(0)],
  ])('does not pass off %s as the payload', async (_, damage) => {
    const id = newId();
    const prepared = await prepare(inRedis, id);
    await redis.set(payloadKey(id), damage(Buffer.from(prepared.payload)));
    await expect(inRedis.read(id, prepared)).rejects.toMatchObject({ code: 'payload-corrupt' });
  });

  it('tells of a payload that is gone', async () => {
    const id = newId();
    expect(await inRedis.read(id, await prepare(inRedis, id))).toBeUndefined();
  });
});

describe('written through to Blob Storage', () => {
  it('lies there, as JSON for people to read, before its task is accepted', async () => {
    const id = newId();
    await prepare(writeThrough, id);
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
    const blob = service.getContainerClient('payloads').getBlobClient(`tasks/${id}`);
    expect(textOf(await blob.downloadToBuffer())).toBe(long);
    const { metadata, contentType } = await blob.getProperties();
    expect({ metadata, contentType }).toMatchObject({
      metadata: { owner: 'ada', type: 'echo' },
      contentType: 'application/json',
    });
  });

  it('survives that Redis is flushed, and fills it again, for a while', async () => {
    const id = newId();
    const prepared = await prepare(writeThrough, id);
    await keep(id, prepared);
    await redis.del(payloadKey(id));
    expect(textOf(await writeThrough.read(id, prepared))).toBe(long);
    const ttl = await redis.pttl(payloadKey(id));
    expect(ttl).toBeGreaterThan(cacheMs / 2);
    expect(ttl).toBeLessThanOrEqual(cacheMs);
    await blobs.delete(`tasks/${id}`);
    expect(textOf(await writeThrough.read(id, prepared))).toBe(long);
  });

  it('is also read by an app that no longer writes through', async () => {
    const id = newId();
    expect(textOf(await inRedis.read(id, await prepare(writeThrough, id)))).toBe(long);
  });

  it('mends what is damaged in Redis', async () => {
    const id = newId();
    const prepared = await prepare(writeThrough, id);
    await redis.set(payloadKey(id), 'damaged');
    expect(textOf(await writeThrough.read(id, prepared))).toBe(long);
    expect(await redis.getBuffer(payloadKey(id))).toEqual(prepared.payload);
  });

  it('does not pass off a changed blob as the payload', async () => {
    const id = newId();
    const prepared = await prepare(writeThrough, id);
    await blobs.write(`tasks/${id}`, Buffer.from('{}'), { owner: 'ada', type: 'echo', sha256: '' });
    await expect(writeThrough.read(id, prepared)).rejects.toMatchObject({ code: 'payload-corrupt' });
  });

  it('leaves nothing of a task that was not accepted', async () => {
    const id = newId();
    const prepared = await prepare(writeThrough, id);
    await writeThrough.discard(prepared);
    await writeThrough.discard(prepared);
    expect(await writeThrough.read(id, prepared)).toBeUndefined();
  });

  it('takes no task while Blob Storage is away, reads from Redis meanwhile, and goes on when it is back', async () => {
    const id = newId();
    const prepared = await prepare(writeThrough, id);
    await keep(id, prepared);
    await azurite.stop();
    await expect(prepare(writeThrough, newId())).rejects.toMatchObject({ code: 'dependency-unavailable' });
    expect(textOf(await writeThrough.read(id, prepared))).toBe(long);
    await azurite.start();
    await redis.flushall();
    expect(textOf(await writeThrough.read(id, prepared))).toBe(long);
  });

  it('takes owners of any letters', async () => {
    const id = newId();
    await writeThrough.prepare({ id, owner: 'Åse\r\n漢字', type: 'echo', payload: '{}' });
    const found = await blobs.find(`tasks/${id}`);
    expect(decodeURIComponent(found!.metadata.owner!)).toBe('Åse\r\n漢字');
  });
});
