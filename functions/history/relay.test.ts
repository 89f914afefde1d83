import type { ServiceBusMessage } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import type { Task } from '../../contracts/task.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { taskKey, waitingKey } from '../tasks/task-keys.ts';
import { TaskStore } from '../tasks/task-store.ts';
import { relayEndings, relayLeftovers, type Relaying } from './relay.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

const later = () => now + 60_000;
let now = Date.parse('2026-01-05T10:00:00Z');
let store: TaskStore;
let finished: string[];
let sent: ServiceBusMessage[];
let isBrokerAway: boolean;
let relaying: Relaying;

beforeEach(async () => {
  await redis.flushall();
  [finished, sent, isBrokerAway] = [[], [], false];
  store = new TaskStore(redis, { now: () => now, onFinished: (id) => finished.push(id) });
  relaying = {
    redis,
    send: async (message) => {
      if (isBrokerAway) throw new Error('The broker is away.');
      sent.push(message);
    },
    warn: () => undefined,
  };
});

async function running(more: { owner?: string; type?: string } = {}): Promise<string> {
  const { owner = 'ada', type = 'echo' } = more;
  const id = createTaskId(owner, (now += 1));
  const details = { tags: [], priority: 'normal' as const };
  const fixed = {
    lane: 'tasks',
    delivery: 'at-least-once' as const,
    details,
    payload: '{"secret":1}',
    payloadBytes: 12,
  };
  await store.accept({ id, owner, type, ...fixed, maxAttempts: 1 });
  await store.start(id, 1, id, 30_000);
  return id;
}

async function completed(more: { owner?: string; type?: string } = {}, result = '{"ok":true}'): Promise<string> {
  const id = await running(more);
  await store.complete(id, id, result);
  return id;
}

async function deadLettered(): Promise<string> {
  const id = await running();
  await store.fail(id, id, { code: 'broken', message: 'It broke.' });
  return id;
}

const tasksIn = (message: ServiceBusMessage | undefined) => message!.body as Task[];
const waiting = (id: string) => redis.zscore(waitingKey(id.slice(-1), 'unpublished'), id);

it('tells of each way in which a task ends, by what the message can be filtered by', async () => {
  const ids = [await completed(), await deadLettered()];
  const [cancelled, expired, discarded] = [await running(), createTaskId('ada', (now += 1)), await deadLettered()];
  await store.cancel(cancelled);
  const details = { tags: [], priority: 'normal' as const };
  const fixed = { lane: 'tasks', delivery: 'at-least-once' as const, details, payload: '{}', payloadBytes: 2 };
  await store.accept({ id: expired, owner: 'ada', type: 'echo', ...fixed, maxAttempts: 1, expiresAt: now + 1 });
  now += 10;
  await store.expire(expired);
  await relayEndings(relaying, [discarded]);
  await store.discard(discarded, { reason: 'old', by: 'ada', at: new Date(now).toISOString() });
  await relayEndings(relaying, [...ids, cancelled, expired, discarded]);
  expect(sent.map(({ applicationProperties }) => applicationProperties)).toEqual([
    { taskType: 'echo', kind: 'dead-lettered', count: 1 },
    ...['completed', 'dead-lettered', 'cancelled', 'expired', 'discarded'].map((kind) => ({
      taskType: 'echo',
      kind,
      count: 1,
    })),
  ]);
  expect(tasksIn(sent[1])).toMatchObject([{ id: ids[0], state: 'completed', result: { ok: true }, owner: 'ada' }]);
  expect(JSON.stringify(sent)).not.toContain('secret');
  expect(new Set(finished)).toEqual(new Set([...ids, cancelled, expired, discarded]));
  for (const id of finished) expect(await waiting(id)).toBeNull();
});

it('puts tasks of one type that ended one way into one message, a hundred at most', async () => {
  const ids = [];
  for (let n = 0; n < 103; n += 1) ids.push(await completed({ owner: `owner-${n % 5}` }));
  const other = await completed({ type: 'other' });
  await relayEndings(relaying, [...ids, other]);
  const counts = sent.map(({ applicationProperties }) => applicationProperties!['count']);
  expect(counts).toEqual([100, 3, 1]);
  expect(sent.flatMap(tasksIn).map(({ id }) => id)).toEqual([...ids, other]);
});

it('keeps a message below what the broker takes, and leaves large results out', async () => {
  const large = JSON.stringify('x'.repeat(16_000));
  const ids = [];
  for (let n = 0; n < 30; n += 1) ids.push(await completed({}, large));
  ids.push(await completed({}, JSON.stringify('x'.repeat(500_000))));
  await relayEndings(relaying, ids);
  for (const { body } of sent) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(200 * 1024);
  expect(sent.length).toBeGreaterThan(1);
  const last = sent.flatMap(tasksIn).at(-1)!;
  expect(last).not.toHaveProperty('result');
  expect(last.resultBytes).toBe(500_002);
});

it('keeps what the broker did not take, and sends it again with the same ID', async () => {
  const id = await completed();
  isBrokerAway = true;
  await expect(relayEndings(relaying, [id])).rejects.toThrow('away');
  await expect(relayLeftovers(relaying, later())).rejects.toThrow('away');
  expect(await waiting(id)).not.toBeNull();
  isBrokerAway = false;
  await relayLeftovers(relaying, later());
  // As when the process died between the broker's answer and the set.
  await redis.zadd(waitingKey(id.slice(-1), 'unpublished'), now, id);
  await relayLeftovers(relaying, later());
  expect(sent.map(({ messageId }) => messageId)).toEqual([sent[0]!.messageId, sent[0]!.messageId]);
});

it('tells of the rest in the next run, when a run has lasted long enough', async () => {
  const ids = new Set<string>();
  for (let n = 0; n < 450; n += 1) ids.add(await completed());
  await relayLeftovers(relaying, later(), async () => false);
  expect(sent.flatMap(tasksIn)).toHaveLength(200);
  await relayLeftovers(relaying, later());
  expect(new Set(sent.flatMap(tasksIn).map(({ id }) => id))).toEqual(ids);
  expect(sent.flatMap(tasksIn)).toHaveLength(450);
});

it('leaves to the process itself what has just ended', async () => {
  const id = await completed();
  await relayLeftovers(relaying, now);
  expect(sent).toEqual([]);
  expect(await waiting(id)).not.toBeNull();
});

it('tells of both endings of a task that was replayed before the topic had the first', async () => {
  const id = await deadLettered();
  await store.replay(id);
  await relayEndings(relaying, [id]);
  expect(sent).toEqual([]);
  await store.start(id, 2, 'again', 30_000);
  now += 5;
  await store.complete(id, 'again', '1');
  await relayLeftovers(relaying, later());
  expect(sent.map(tasksIn)).toMatchObject([[{ id, state: 'dead-lettered' }], [{ id, state: 'completed', replays: 1 }]]);
  expect(await redis.keys('*unpublished*')).toEqual([]);
});

it('does not take off the set what has ended again while its first ending was sent', async () => {
  const id = await deadLettered();
  const send = async (message: ServiceBusMessage) => {
    sent.push(message);
    await store.replay(id);
    await store.start(id, 2, 'again', 30_000);
    now += 5;
    await store.complete(id, 'again', '1');
  };
  await relayEndings({ ...relaying, send }, [id]);
  expect(await waiting(id)).toBe(String(now));
});

it('forgets no task that the topic has not heard of', async () => {
  const id = await completed();
  await store.forget(id);
  expect(await redis.exists(taskKey(id))).toBe(1);
  await relayLeftovers(relaying, later());
  await store.forget(id);
  expect(await redis.exists(taskKey(id))).toBe(0);
});

it('puts nothing aside where no history is kept', async () => {
  store = new TaskStore(redis, { now: () => now });
  await completed();
  expect(await redis.keys('*unpublished*')).toEqual([]);
});

it('skips a record that cannot be read', async () => {
  const [damaged, whole] = [await completed(), await completed()];
  await redis.hset(taskKey(damaged), 'details', 'no JSON');
  await relayEndings(relaying, [damaged, whole]);
  expect(sent.flatMap(tasksIn).map(({ id }) => id)).toEqual([whole]);
  expect(await waiting(damaged)).toBeNull();
});
