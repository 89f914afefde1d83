import type { ServiceBusMessage } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { TypeSlots } from '../limits/type-slots.ts';
import type { Engine } from './engine.ts';
import { sweepTasks } from './sweep-tasks.ts';
import { createTaskId, partitionOf } from './task-id.ts';
import { taskKey } from './task-keys.ts';
import { findTask } from './task-queries.ts';
import type { StorableTask } from './new-task.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();

const retentionMs = 7 * 24 * 60 * 60 * 1000;
let now = Date.parse('2026-01-05T10:00:00Z');
let sent: ServiceBusMessage[];
let deletedBlobs: string[];
let published: TaskEvent[];
let engine: Engine;

beforeAll(() => void (redis = testRedis.connect()));
beforeEach(async () => {
  await redis.flushall();
  now += 60_000;
  [sent, published, deletedBlobs] = [[], [], []];
  engine = {
    store: new TaskStore(redis, { now: () => now }),
    taskTypes: new Map(),
    typeSlots: new TypeSlots(redis, () => 0, 15_000),
    leaseMs: 15_000,
    timeLimitMs: 60_000,
    resultLimitBytes: 1_000_000,
    retry: { firstDelayMs: 100, factor: 2, maxDelayMs: 300_000, jitter: 0 },
    readPayload: async () => undefined,
    send: async ({ message }) => void sent.push(message),
    publish: (_owner, events) => void published.push(...events),
    callBack: async () => undefined,
    onStarted: () => undefined,
    log: () => undefined,
    keepLogs: async () => undefined,
    tellLogs: () => undefined,
    createToken: () => 'token',
    random: () => 0.5,
    now: () => now,
  };
});

const sweep = () =>
  sweepTasks(engine, redis, { retentionMs, deleteBlob: async (name) => void deletedBlobs.push(name) });

async function accept(more: Partial<StorableTask> = {}): Promise<string> {
  const owner = more.owner ?? 'ada';
  const id = createTaskId(owner, (now += 1));
  const details = { tags: [], priority: 'normal' as const };
  const task = {
    id,
    owner,
    lane: 'tasks',
    type: 'echo',
    delivery: 'at-least-once' as const,
    details,
    payload: '{}',
    payloadBytes: 2,
  };
  await engine.store.accept({ ...task, maxAttempts: 7, ...more });
  return id;
}

it('sends the message of a task whose process died between storing and sending, once', async () => {
  const id = await accept();
  await sweep();
  expect(sent).toEqual([]);
  now += 15_000;
  await sweep();
  await sweep();
  expect(sent).toMatchObject([{ body: id, messageId: `${id}:1` }]);
  expect(published).toMatchObject([{ taskId: id, kind: 'queued' }]);
});

it('sends the retry of a task whose process died between writing it down and sending it, for its time', async () => {
  const id = await accept();
  await engine.store.start(id, 1, 't', engine.leaseMs);
  const nextAttemptAt = now + 120_000;
  await engine.store.fail(id, 't', { code: 'x', message: 'x' }, nextAttemptAt);
  now += 15_000;
  await sweep();
  expect(sent).toMatchObject([{ messageId: `${id}:2`, scheduledEnqueueTimeUtc: new Date(nextAttemptAt) }]);
});

it('sends the message of a replayed task now, also before the time it had been scheduled for', async () => {
  const id = await accept({ scheduledFor: now + 24 * 60 * 60 * 1000 });
  await engine.store.giveUp(id, 1, { code: 'x', message: 'x' });
  await engine.store.replay(id);
  now += 15_000;
  await sweep();
  expect(sent).toMatchObject([{ messageId: `${id}:2` }]);
  expect(sent[0]!.scheduledEnqueueTimeUtc).toBeUndefined();
});

it('retries a task that its worker left, and dead-letters it when no attempt is left', async () => {
  const [id, last] = [await accept(), await accept({ maxAttempts: 1 })];
  for (const one of [id, last]) await engine.store.start(one, 1, 't', engine.leaseMs);
  now += engine.leaseMs + 59_000;
  await sweep();
  expect(sent).toEqual([]);
  now += 2_000;
  await sweep();
  expect(sent).toMatchObject([{ messageId: `${id}:2` }]);
  expect(await findTask(redis, id)).toMatchObject({ state: 'retrying', error: { code: 'lease-ended' } });
  expect(await findTask(redis, last)).toMatchObject({ state: 'dead-lettered', error: { code: 'lease-ended' } });
});

it('leaves alone a worker that has renewed its lease since the sweeper looked', async () => {
  const id = await accept({ delivery: 'at-most-once', maxAttempts: 1 });
  await engine.store.start(id, 1, 't', engine.leaseMs);
  await accept();
  now += engine.leaseMs + 61_000;
  const send: Engine['send'] = async () => void (await engine.store.renewLease(id, 't', engine.leaseMs));
  await sweepTasks({ ...engine, send }, redis, { retentionMs, deleteBlob: async () => undefined });
  expect(await findTask(redis, id)).toMatchObject({ state: 'running' });
  expect(await engine.store.complete(id, 't', '{}')).toMatchObject({ outcome: 'completed' });
});

it('leaves alone all workers where its own clock is ahead, and the keys that cancelled tasks hold', async () => {
  const printer = { concurrencyKey: 'printer' };
  const [running, cancelled, next] = [await accept(), await accept(printer), await accept(printer)];
  for (const id of [running, cancelled, next]) await engine.store.start(id, 1, 't', engine.leaseMs);
  await engine.store.cancel(cancelled);
  await sweepTasks({ ...engine, now: () => now + 120_000 }, redis, { retentionMs, deleteBlob: async () => undefined });
  expect(await findTask(redis, running)).toMatchObject({ state: 'running' });
  expect(await engine.store.start(next, 1, 't', engine.leaseMs)).toMatchObject({ outcome: 'parked' });
});

it('lets go the concurrency key of a cancelled task whose worker died before it heard of that', async () => {
  const printer = { concurrencyKey: 'printer' };
  const [cancelled, next] = [await accept(printer), await accept(printer)];
  const start = async (id: string) => (await engine.store.start(id, 1, 't', engine.leaseMs)).outcome;
  expect([await start(cancelled), await start(next)]).toEqual(['started', 'parked']);
  await engine.store.cancel(cancelled);
  now += engine.leaseMs + 59_000;
  await sweep();
  expect(await start(next)).toBe('parked');
  now += 2_000;
  await sweep();
  expect(await start(next)).toBe('started');
  expect(await findTask(redis, cancelled)).toMatchObject({ state: 'cancelled' });
});

it('expires what waits after its time, and forgets what has been kept long enough, but no dead letter', async () => {
  const late = await accept({ expiresAt: now + 1_000 });
  const dead = await accept();
  await engine.store.start(dead, 1, 't', engine.leaseMs);
  await engine.store.fail(dead, 't', { code: 'x', message: 'x' });
  now += 1_000;
  await sweep();
  expect(await findTask(redis, late)).toMatchObject({ state: 'expired' });
  now += retentionMs + 1;
  await sweep();
  expect(await findTask(redis, late)).toBeUndefined();
  expect(await findTask(redis, dead)).toMatchObject({ state: 'dead-lettered' });
});

it('forgets nothing before its time because its own clock is ahead', async () => {
  const id = await accept();
  await engine.store.cancel(id);
  const ahead = { ...engine, now: () => now + 2 * retentionMs };
  await sweepTasks(ahead, redis, { retentionMs, deleteBlob: async () => undefined });
  expect(await findTask(redis, id)).toMatchObject({ state: 'cancelled' });
  now += retentionMs;
  await sweep();
  expect(await findTask(redis, id)).toBeUndefined();
});

it('deletes the blob that has the payload of a task it forgets', async () => {
  const id = await accept({ payloadBlob: 'tasks/one' });
  await accept({ owner: 'bob', payloadBlob: 'tasks/of-a-task-that-waits' });
  await engine.store.cancel(id);
  now += retentionMs + 1;
  await sweep();
  await sweep();
  expect(deletedBlobs).toEqual(['tasks/one']);
});

it('puts all right while the storage is away that has the payloads of those it forgets', async () => {
  await engine.store.cancel(await accept({ owner: 'gus', payloadBlob: 'tasks/one' }));
  now += retentionMs;
  const id = await accept({ owner: 'ada' });
  now += 15_000;
  expect(partitionOf('gus') < partitionOf('ada')).toBe(true);
  await sweepTasks(engine, redis, { retentionMs, deleteBlob: () => Promise.reject(new Error('away')) });
  expect(sent).toMatchObject([{ body: id }]);
});

it('puts the others right when one cannot be', async () => {
  const broken = await accept();
  await redis.hset(taskKey(broken), 'details', 'not JSON');
  const ids = [await accept(), await accept({ owner: 'bob' })];
  now += 15_000;
  await sweep();
  expect(sent.map(({ body }) => body as string).sort()).toEqual([...ids].sort());
});
