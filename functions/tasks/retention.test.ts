import type { Redis } from 'ioredis';
import { failOnce, makeDeadLetter } from '../../tests/support/dead-letters.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { TypeSlots } from '../limits/type-slots.ts';
import { recordReceipts } from '../receipts/receipt-store.ts';
import { mergeCounts } from '../stats/read-counts.ts';
import type { Engine } from './engine.ts';
import { removeObsoleteMessages } from './remove-obsolete-messages.ts';
import { sweepTasks } from './sweep-tasks.ts';
import { createTaskId } from './task-id.ts';
import type { StorableTask } from './new-task.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

const retentionMs = 7 * 24 * 60 * 60 * 1000;
const leaseMs = 30_000;
const error = { code: 'x', message: 'x' };
let now = Date.now();
let store: TaskStore;
beforeEach(async () => {
  await redis.flushall();
  store = new TaskStore(redis, { now: () => now, limits: { window: 1, keyConcurrency: 1 } });
});

async function accept(more: Partial<StorableTask> = {}, isSent = true): Promise<string> {
  const id = createTaskId('ada', (now += 1));
  const details = { tags: [], priority: 'normal' as const };
  const task = { id, owner: 'ada', lane: 'tasks', type: 'echo', delivery: 'at-least-once' as const, details };
  await store.accept({ ...task, payload: '{}', payloadBytes: 2, maxAttempts: 7, ...more });
  if (isSent) await store.confirmSent(id, 1);
  return id;
}

const start = (id: string, attempt = 1) => store.start(id, attempt, `${id}#${attempt}`, leaseMs);
const complete = (id: string, result: string, attempt = 1) => store.complete(id, `${id}#${attempt}`, result);

/** Tasks that use all that a task can leave behind, each of which ends in another way. */
async function liveThroughEverything(): Promise<void> {
  const whole = await accept({
    orderingKey: 'k', concurrencyKey: 'c', idempotency: { key: 'once', fingerprint: 'f', keptMs: 1_000 },
    callbackUrl: 'https://example.org/', expiresAt: now + 60_000, payloadCacheMs: 1_000_000_000,
  }); // prettier-ignore
  const behind = await accept({ orderingKey: 'k', concurrencyKey: 'c' });
  await start(whole);
  await start(behind);
  await store.recordStep(whole, `${whole}#1`, 'one', '1');
  await store.reportProgress(whole, `${whole}#1`, { percent: 1 });
  await store.fail(whole, `${whole}#1`, error, now, { stack: 'stack' });
  await start(whole, 2);
  await complete(whole, JSON.stringify('x'.repeat(100_000)), 2);
  await start(behind);
  await complete(behind, '1');
  await recordReceipts(redis, [{ taskId: whole, kind: 'delivered', cursor: '1-0' }], { user: 'ada', owner: 'ada' });

  await store.cancel(await accept());
  await store.withdraw(await accept({ orderingKey: 'k' }, false));
  await accept({ expiresAt: now + 1, scheduledFor: now });
  now += 10;

  const note = { by: 'ada', at: '', reason: '' };
  await store.discard(await makeDeadLetter(store, (now += 1), { orderingKey: 'held', holds: true }), note);
  const replayed = await makeDeadLetter(store, (now += 1));
  const edit = { stored: { payload: '{"a":1}', payloadBytes: 7 }, note: { by: 'ada', at: '', patch: [] }, after: 0 };
  await store.replay(replayed, undefined, { plan: 'plan', edit });
  await failOnce(store, replayed, 2);
  await store.discard(replayed, note);
}

function sweep(): Promise<void> {
  const engine = { store, now: () => now, typeSlots: new TypeSlots(redis, () => 0, leaseMs), send: async () => undefined, publish: () => undefined, callBack: async () => undefined, log: () => undefined }; // prettier-ignore
  return sweepTasks(engine as unknown as Engine, redis, { retentionMs, deleteBlob: async () => undefined });
}

it('leaves nothing of a task when its retention is over, and of its owner only what goes by itself', async () => {
  await liveThroughEverything();
  await sweep();
  expect((await redis.keys('*:task:*')).length).toBeGreaterThanOrEqual(6);
  now += retentionMs + 1;
  await sweep();
  await removeObsoleteMessages(redis, []);
  await mergeCounts(redis, undefined, now);

  const keys = await redis.keys('*');
  const lasting: string[] = [];
  for (const key of keys) if ((await redis.pttl(key)) < 0) lasting.push(key.replace(/^.*\}:/, ''));
  // Two numbers of the partition: the last cursor, and the last place in an order.
  expect(lasting.sort()).toEqual(['clock', 'sequence']);
  const kinds = new Set(keys.map((key) => key.replace(/^.*\}:/, '').split(':')[0]));
  expect([...kinds].sort()).toEqual(['clock', 'counts', 'events', 'feed', 'idempotency', 'last-event', 'sequence', 'withdrawn']); // prettier-ignore
});
