import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from './task-id.ts';
import type { TaskFields } from './task-record.ts';
import type { NewTask } from './new-task.ts';
import type { OwnerLimits } from './owner-limits.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

let now = Date.parse('2026-01-05T10:00:00Z');
let store: TaskStore;
/** IDs of the tasks that were to be sent on their way since they were last asked for. */
let woken: string[] = [];

async function begin(limits: Partial<OwnerLimits>): Promise<void> {
  await redis.flushall();
  woken = [];
  const onWoken = (tasks: readonly TaskFields[]) => woken.push(...tasks.map(({ id }) => id!));
  store = new TaskStore(redis, { now: () => now, limits, onWoken });
}

async function accept(more: Partial<NewTask> = {}): Promise<string> {
  const id = createTaskId('ada', (now += 1));
  const details = { tags: [], priority: 'normal' as const };
  const lane = more.orderingKey === undefined ? 'tasks' : 'tasks-ordered';
  const task = { id, owner: 'ada', lane, type: 'echo', delivery: 'at-least-once' as const, details };
  await store.accept({ ...task, payload: '{}', payloadBytes: 2, maxAttempts: 7, ...more });
  return id;
}

/** The message of the first attempt comes. */
const deliver = async (id: string) => (await store.start(id, 1, id, 30_000)).outcome;
const complete = (id: string) => store.complete(id, id, '1');
const takeWoken = () => woken.splice(0);

it('a task that changes from one gate to another leaves nothing at the first', async () => {
  await begin({ window: 1 });
  const first = await accept({ orderingKey: 'k' });
  const second = await accept({ orderingKey: 'k' });
  // A message that nobody of us has sent: the task waits for room in its lane.
  expect(await deliver(second)).toBe('parked');
  await store.cancel(second);
  await deliver(first);
  await complete(first);
  expect(await redis.keys('*window*')).toEqual([]);
});

it('a task that was woken, and then gets another time, lets its successors pass', async () => {
  await begin({});
  const first = await accept({ orderingKey: 'k' });
  const second = await accept({ orderingKey: 'k', scheduledFor: now + 1_000 });
  await deliver(first);
  now += 2_000;
  const third = await accept({ orderingKey: 'k' });
  // Its time has come after the third was accepted, which it stands behind therefore.
  expect(await deliver(second)).toBe('parked');
  await complete(first);
  expect(takeWoken()).toEqual([]);
  expect(await deliver(third)).toBe('started');
  await complete(third);
  expect(takeWoken()).toEqual([second]);
  const fourth = await accept({ orderingKey: 'k' });
  expect(await deliver(fourth)).toBe('parked');
  await store.reschedule(second, undefined, now + 3_600_000);
  expect(takeWoken()).toEqual([fourth]);
  expect(await deliver(fourth)).toBe('started');
});

it('a task that was woken for a place, and then gets another time, leaves the place to the next', async () => {
  await begin({ keyConcurrency: 1 });
  const printer = { concurrencyKey: 'printer' };
  const first = await accept(printer);
  const later = await accept({ ...printer, scheduledFor: now + 1_000 });
  await deliver(first);
  now += 2_000;
  const last = await accept(printer);
  expect([await deliver(later), await deliver(last)]).toEqual(['parked', 'parked']);
  await complete(first);
  expect(takeWoken()).toEqual([later]);
  await store.reschedule(later, undefined, now + 3_600_000);
  expect(takeWoken()).toEqual([last]);
});

it('a task that is let in by its owner’s limit, but not by its key’s, leaves the place to the next', async () => {
  await begin({ concurrency: 2, keyConcurrency: 1 });
  const [printing, other] = [await accept({ concurrencyKey: 'printer' }), await accept()];
  const [waiting, last] = [await accept({ concurrencyKey: 'printer' }), await accept()];
  for (const id of [printing, other, waiting, last]) await deliver(id);
  await complete(other);
  expect(takeWoken()).toEqual([waiting]);
  expect(await deliver(waiting)).toBe('parked');
  expect(takeWoken()).toEqual([last]);
  expect(await deliver(last)).toBe('started');
});

it('a task waits for its type whatever attempt its message names', async () => {
  await begin({});
  const id = await accept();
  expect(await store.park(id, 99, 'type:echo')).toMatchObject({ owner: 'ada' });
  expect(await store.park(await accept(), 0, 'type:echo')).toBeUndefined();
});

it('a retry that waits is not sent on its way by the message of the attempt before: the ID of its message would be used up', async () => {
  await begin({});
  const id = await accept();
  await deliver(id);
  await store.fail(id, id, { code: 'x', message: 'x' }, (now += 100));
  expect(await store.park(id, 2, 'type:echo')).toMatchObject({ owner: 'ada' });
  expect(await deliver(id)).toBe('stale');
});
