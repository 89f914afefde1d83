import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type ChatResult, chatTaskType, firstRoom } from '../../contracts/chat.ts';
import type { Health } from '../../contracts/health.ts';
import type { Problem } from '../../contracts/problem.ts';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Task } from '../../contracts/task.ts';
import type { Upload } from '../../contracts/uploads.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

let redis: Redis;
// Before useStack, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const stack = useStack({
  settings: { PayloadStore: 'redis+blob', PayloadLimitBytes: '1000000', UploadLimitBytes: '40000000' },
});
let api: Api;
beforeAll(() => {
  api = new Api(stack().baseUrl);
  redis = new Redis(stack().redisUrl);
});

async function startUpload(more: object = {}, as: Api = api): Promise<Upload> {
  const { status, body } = await as.post<Upload>('/api/uploads', { bytes: 100, ...more });
  expect(status).toBe(201);
  return body;
}

const put = ({ url, headers }: Upload, body: string, more: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', headers: { ...headers, ...more }, body });

async function uploaded(payload: unknown, more: object = {}): Promise<string> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const upload = await startUpload({ bytes: Buffer.byteLength(text), ...more });
  expect((await put(upload, text)).status).toBe(201);
  return upload.id;
}

const submit = (uploadId: string, more: object = {}, headers: Record<string, string> = {}, as: Api = api) =>
  as.post<Task & Problem>('/api/tasks', { type: 'echo', payloadRef: { uploadId }, ...more }, headers);

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const payloadKeys = () => redis.keys('*:payload:*');

describe('an uploaded payload', () => {
  it('of 30 MB is summarised, and given back', async () => {
    const rows = Array.from({ length: 600_000 }, (_, i) => `${i},name ${i % 1000},${i / 7},2026-01-${(i % 28) + 1}`);
    const csv = `id,name,ratio,day\n${rows.join('\n')}\n`;
    const text = JSON.stringify({ csv });
    expect(text.length).toBeGreaterThan(25_000_000);
    const upload = await startUpload({ bytes: text.length, sha256: hashOf(text) });
    expect((await put(upload, text)).status).toBe(201);
    const { status, body: task } = await submit(upload.id, { type: 'summarize-csv' });
    expect(status).toBe(202);
    expect(task).toMatchObject({ payloadBytes: text.length });
    const ended = await api.ended(task.id);
    expect(ended).toMatchObject({ state: 'completed', result: { rows: 600_000 } });
    expect(await payloadKeys()).toEqual([]);
    const answer = await fetch(`${stack().baseUrl}/api/tasks/${task.id}/payload`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${task.id}.json"`);
    expect(hashOf(await answer.text())).toBe(hashOf(text));
  });

  it('may be referred to by several tasks, which keep it although it is written to afterwards', async () => {
    const first = JSON.stringify({ message: 'first' });
    const upload = await startUpload({ bytes: first.length });
    await put(upload, first);
    const tasks = await Promise.all([1, 2].map(() => submit(upload.id, { scheduledFor: soon() })));
    expect((await put(upload, JSON.stringify({ message: 'second' }))).status).toBe(201);
    for (const { body: task } of tasks) {
      expect(await api.ended(task.id)).toMatchObject({ result: { message: 'first' } });
    }
  });

  it('is the same request when it is uploaded again under the same idempotency key', async () => {
    const headers = { 'idempotency-key': 'uploaded-twice' };
    const [one, two] = [await uploaded({ message: 'x' }), await uploaded({ message: 'x' })];
    const other = await uploaded({ message: 'y' });
    const first = await submit(one, {}, headers);
    expect((await submit(two, {}, headers)).body.id).toBe(first.body.id);
    expect((await submit(other, {}, headers)).body.code).toBe('idempotency-key-reused');
  });
});

const soon = (ms = 1_500) => new Date(Date.now() + ms).toISOString();

/** Azurite, unlike Azure, acknowledges before it has written down which blobs there are. */
async function untilOnDisk(blob: string): Promise<void> {
  const index = join(stack().dataDir, 'azurite', '__azurite_db_blob__.json');
  while (!readFileSync(index, 'utf8').includes(blob)) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('refused', () => {
  const refusal = async (answer: ReturnType<typeof submit>) => {
    const { status, body } = await answer;
    return [status, body.code, body.errors?.[0]?.pointer];
  };

  it.each([
    ['no JSON', '{"message": ', '/payload'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('latin1'), '/payload'],
    ['what the task type does not take', '{"nothing": 1}', '/payload/message'],
    ['a number that JavaScript cannot hold', '{"message": [1e999]}', '/payload/message/0'],
    ['what is nested too deeply', `{"message": ${'['.repeat(300)}${']'.repeat(300)}}`, '/payload'],
    ['millions of values', `{"message": [${'[],'.repeat(5_000_000)}1]}`, '/payload'],
  ])('is %s', async (name, text, pointer) => {
    const body = Buffer.from(text, name === 'no UTF-8' ? 'latin1' : 'utf8');
    const upload = await startUpload({ bytes: body.length });
    await fetch(upload.url, { method: 'PUT', headers: upload.headers, body });
    expect(await refusal(submit(upload.id))).toEqual([400, 'invalid-request', pointer]);
  });

  it('is an upload without bytes, of another owner, or with another hash', async () => {
    const none = ['/payloadRef/uploadId'] as const;
    expect(await refusal(submit((await startUpload()).id))).toEqual([400, 'invalid-request', ...none]);
    const id = await uploaded({ message: 'mine' });
    const bob = await api.as('bob');
    expect(await refusal(submit(id, {}, {}, bob))).toEqual([400, 'invalid-request', ...none]);
    const wrong = { payloadRef: { uploadId: id, sha256: hashOf('other') } };
    expect(await refusal(submit(id, wrong))).toEqual([400, 'invalid-request', '/payloadRef/sha256']);
    const damaged = await uploaded({ message: 'x' }, { sha256: hashOf('other') });
    expect(await refusal(submit(damaged))).toEqual([400, 'invalid-request', '/payloadRef/sha256']);
  });

  it.each([
    ['less', 19],
    ['more', 21],
  ])('is an upload of %s than was announced; the right one may follow in its place', async (_, bytes) => {
    const message = 'x'.repeat(20 - '{"message":""}'.length);
    const upload = await startUpload({ bytes: 20 });
    await put(upload, JSON.stringify({ message: 'x'.repeat(bytes - '{"message":""}'.length) }));
    const { status, body } = await submit(upload.id);
    const detail = expect.stringMatching(`has ${bytes} bytes, not the 20 that`) as string;
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/payloadRef/uploadId', detail }] });
    await put(upload, JSON.stringify({ message }));
    expect((await submit(upload.id)).status).toBe(202);
  });

  it('is what is too large, before and after it was uploaded', async () => {
    const { status, body } = await api.post('/api/uploads', { bytes: 40_000_001 });
    expect([status, body.code]).toEqual([413, 'payload-too-large']);
    const id = await uploaded({ message: 'x'.repeat(40_000_000) }, { bytes: 100 });
    expect(await refusal(submit(id))).toEqual([413, 'payload-too-large', undefined]);
  });

  it('is a submission with both kinds of payload, or none', async () => {
    const both = { payloadRef: { uploadId: await uploaded({ message: 1 }) }, payload: { message: 1 } };
    expect(await refusal(submit('', both))).toEqual([400, 'invalid-request', '/payloadRef']);
    expect(await refusal(api.post('/api/tasks', { type: 'echo' }))).toEqual([400, 'invalid-request', '/payload']);
  });

  it('is, by the storage, any use of the URL but to write this blob', async () => {
    const [upload, other] = [await startUpload(), await startUpload()];
    await put(upload, '{"message": 1}');
    expect((await fetch(upload.url)).status).toBe(403);
    expect((await fetch(upload.url, { method: 'DELETE' })).status).toBe(403);
    const elsewhere = new URL(upload.url);
    elsewhere.pathname = new URL(other.url).pathname;
    expect((await put({ ...upload, url: elsewhere.href }, '{}')).status).toBe(403);
    expect(Date.parse(upload.expiresAt) - Date.now()).toBeLessThanOrEqual(15 * 60 * 1000);
  });
});

it('tells of Blob Storage where every payload goes there', async () => {
  const { body } = await api.call<Health>('/api/health');
  expect(body.dependencies).toContainEqual(expect.objectContaining({ name: 'blob-storage', state: 'up' }));
});

describe('written through', () => {
  it('survives that Redis loses every payload', async () => {
    const tasks = await Promise.all(
      Array.from({ length: 20 }, (_, i) => api.submit('echo', { message: `m${i}` }, { scheduledFor: soon() })),
    );
    const keys = await payloadKeys();
    expect(keys.length).toBeGreaterThanOrEqual(20);
    await redis.del(...keys);
    for (const [i, task] of tasks.entries()) {
      expect(await api.ended(task.id)).toMatchObject({ state: 'completed', result: { message: `m${i}` } });
    }
    expect((await api.call(`/api/tasks/${tasks[0]!.id}/payload`)).body).toEqual({ message: 'm0' });
  });

  it('takes a thousand tasks at once', async () => {
    const tasks = Array.from({ length: 1_000 }, (_, i) => ({ type: 'echo', payload: { message: i } }));
    const { body } = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
    expect(body.results.filter(({ status }) => status !== 202)).toEqual([]);
    const last = await api.ended(body.results.at(-1)!.task!.id);
    expect(last).toMatchObject({ state: 'completed', result: { message: 999 } });
  });

  it('reads, and takes in, payloads again when Blob Storage has been away', async () => {
    const task = await api.submit('echo', { message: 'waits' }, { scheduledFor: soon(8_000) });
    await redis.del(...(await payloadKeys()));
    await untilOnDisk(task.id);
    await stack().kill('azurite');
    await stack().untilRestarted('azurite');
    expect(await api.ended(task.id)).toMatchObject({ state: 'completed', result: { message: 'waits' } });
    await api.ended((await api.submit('echo', { message: 'new' })).id);
  });

  it('keeps a batch in its order whose task type says the ordering key, however long each takes to be written', async () => {
    const texts = Array.from({ length: 30 }, (_, n) => `${n} ${'long '.repeat(n % 3 === 0 ? 700 : 1)}`);
    const tasks = texts.map((text) => ({ type: chatTaskType, payload: { room: firstRoom, text } }));
    const { body } = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
    const ended = await Promise.all(body.results.map(({ task }) => api.ended(task!.id)));
    const places = ended.map(({ result }) => (result as ChatResult).sequence);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('dead-letters a task whose payload is damaged everywhere', async () => {
    const task = await api.submit('echo', { message: 'sound' }, { scheduledFor: soon(3_600_000) });
    const [key] = await redis.keys(`*:payload:${task.id}`);
    await redis.set(key!, '{"message":"forged"}');
    const record = key!.replace(':payload:', ':task:');
    await redis.hdel(record, 'payloadBlob');
    await api.post(`/api/tasks/${task.id}/reschedule`, { scheduledFor: null });
    const ended = await api.ended(task.id);
    expect(ended).toMatchObject({ state: 'dead-lettered', attempt: 1, error: { code: 'payload-corrupt' } });
    const { status, body } = await api.call<Problem>(`/api/tasks/${task.id}/payload`);
    expect([status, body.code]).toEqual([500, 'payload-corrupt']);
  });
});

it('forgets nothing of an upload when every process dies before its task is submitted', async () => {
  const id = await uploaded({ message: 'kept' });
  await untilOnDisk(id);
  await Promise.all([stack().kill('host'), stack().kill('azurite')]);
  await Promise.all([stack().untilRestarted('host'), stack().untilRestarted('azurite')]);
  const { body: task } = await submit(id);
  expect(await api.ended(task.id)).toMatchObject({ state: 'completed', result: { message: 'kept' } });
});
