import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from './task-id.ts';
import { createTaskMessage } from './task-message.ts';
import { findTask } from './task-queries.ts';
import type { TaskFields } from './task-record.ts';
import type { NewTask } from './new-task.ts';
import type { OwnerLimits } from './owner-limits.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
let now = Date.parse('2026-01-05T10:00:00Z');
const leaseMs = 30_000;
const error = { code: 'x', message: 'x' };
/** IDs of the tasks that were to be sent on their way since they were last asked for. */
let woken: string[] = [];

beforeAll(() => void (redis = testRedis.connect()));
beforeEach(async () => {
  await redis.flushall();
  now += 60_000;
  woken = [];
});

function storeWith(limits: Partial<OwnerLimits> = {}): TaskStore {
  const onWoken = (tasks: readonly TaskFields[]) => woken.push(...tasks.map(({ id }) => id!));
  return new TaskStore(redis, { now: () => now, limits, onWoken });
}

async function accept(store: TaskStore, more: Partial<NewTask> = {}): Promise<string> {
  const owner = more.owner ?? 'ada';
  const task: NewTask = {
    id: createTaskId(owner, (now += 1)),
    owner,
    lane: more.orderingKey === undefined ? 'tasks' : 'tasks-ordered',
    type: 'echo',
    delivery: 'at-least-once',
    details: { tags: [], priority: 'normal' },
    payload: '{}',
    payloadBytes: 2,
    maxAttempts: 7,
    ...more,
  };
  const accepted = await store.accept(task);
  if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
  if (accepted.fields.parked === undefined) await store.confirmSent(task.id, 1);
  return task.id;
}

async function acceptMany(store: TaskStore, count: number, more: Partial<NewTask> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await accept(store, more));
  return ids;
}

const start = (store: TaskStore, id: string, attempt = 1) => store.start(id, attempt, `${id}#${attempt}`, leaseMs);
const outcomeOf = async (store: TaskStore, id: string, attempt = 1) => (await start(store, id, attempt)).outcome;
const complete = (store: TaskStore, id: string, attempt = 1) => store.complete(id, `${id}#${attempt}`, 'null');
const waitingFor = async (id: string) => (await findTask(redis, id))?.waitingFor;

function takeWoken(): string[] {
  const taken = woken;
  woken = [];
  return taken;
}

/** What waits for tasks that have ended, or keeps room for them. */
async function leftovers(): Promise<string[]> {
  const keys = await redis.keys('*');
  return keys.filter((key) => /:(window|order|running|gate|gates|outbox|leases|expiring)\b/.test(key));
}

describe('an owner’s window in a lane', () => {
  it('lets so many messages in, announces the others without one, and lets one in for each that starts', async () => {
    const store = storeWith({ window: 2 });
    const ids = await acceptMany(store, 4);
    expect(await Promise.all(ids.map(waitingFor))).toEqual([undefined, undefined, 'owner-window', 'owner-window']);
    expect(await findTask(redis, ids[3]!)).toMatchObject({ state: 'queued', queuedAt: expect.any(String) as string });
    await start(store, ids[0]!);
    expect(takeWoken()).toEqual([ids[2]]);
    await start(store, ids[1]!);
    expect(takeWoken()).toEqual([ids[3]]);
    for (const id of ids.slice(2)) await store.confirmSent(id, 1);
    for (const id of ids.slice(2)) await start(store, id);
    for (const id of ids) await complete(store, id);
    expect(await leftovers()).toEqual([]);
  });

  it('shrinks and grows with what it is to have, as tasks start', async () => {
    const wide = storeWith({ window: 4 });
    const [first, second, third, ...rest] = (await acceptMany(wide, 12)) as [string, string, string, ...string[]];
    const [narrow, wider] = [storeWith({ window: 2 }), storeWith({ window: 9 })];
    await start(narrow, first);
    await start(narrow, second);
    expect(takeWoken()).toEqual([]);
    await start(narrow, third);
    expect(takeWoken()).toEqual([rest[1]]);
    await start(wider, rest[0]!);
    expect(takeWoken()).toEqual([rest[2], rest[3]]);
    await narrow.cancel(rest[1]!);
    expect(takeWoken()).toEqual([rest[4]]);
  });

  it('keeps no other owner and no other lane waiting', async () => {
    const store = storeWith({ window: 1 });
    await acceptMany(store, 3);
    const [other, high] = [await accept(store, { owner: 'bob' }), await accept(store, { lane: 'tasks-high' })];
    expect(await Promise.all([other, high].map(waitingFor))).toEqual([undefined, undefined]);
  });

  it('lets the next in when one before it is cancelled, and forgets a cancelled one that waits', async () => {
    const store = storeWith({ window: 1 });
    const [first, second, third] = (await acceptMany(store, 3)) as [string, string, string];
    await store.cancel(second);
    await store.cancel(first);
    expect(takeWoken()).toEqual([third]);
    await store.cancel(third);
    expect(await leftovers()).toEqual([]);
  });

  describe('takes in what comes by its time, beyond a share of it', () => {
    const startAll = (store: TaskStore, ids: readonly string[], attempt: number) =>
      Promise.all(ids.map((id) => outcomeOf(store, id, attempt)));
    const share = ['started', 'started', 'let-in', 'let-in'];

    it('of scheduled tasks', async () => {
      const store = storeWith({ window: 16 });
      const ids = await acceptMany(store, 24, { scheduledFor: now + 1_000 });
      now += 2_000;
      const outcomes = await startAll(store, ids, 1);
      expect(outcomes).toEqual([...share, ...Array<string>(14).fill('let-in'), ...Array<string>(6).fill('parked')]);
      expect(await waitingFor(ids[23]!)).toBe('owner-window');
      // Each that comes through the window starts, and lets in another.
      for (const [n, id] of ids.slice(2).entries()) {
        expect(await outcomeOf(store, id)).toBe('started');
        expect(takeWoken()).toEqual(n < 6 ? [ids[18 + n]] : []);
      }
      for (const id of ids) await complete(store, id);
      expect(await leftovers()).toEqual([]);
    });

    it('of retries, which are sent with an ID of their own', async () => {
      const store = storeWith({ window: 16 });
      const ids = await acceptMany(store, 4);
      for (const id of ids) await start(store, id);
      for (const id of ids) await store.fail(id, `${id}#1`, error, now);
      expect(await startAll(store, ids, 2)).toEqual(share);
      const { fields } = (await store.reschedule(ids[2]!, undefined, now))!;
      expect(createTaskMessage(fields, 2).message.messageId).toBe(`${ids[2]}:2.1`);
      expect(await startAll(store, ids.slice(2), 2)).toEqual(['started', 'started']);
    });

    it('and keeps the order of a key', async () => {
      const store = storeWith({ window: 8 });
      const running = await accept(store);
      const [first, second] = (await acceptMany(store, 2, { orderingKey: 'k', scheduledFor: now + 1_000 })) as [
        string,
        string,
      ];
      now += 2_000;
      await start(store, running);
      expect(await startAll(store, [first, second], 1)).toEqual(['let-in', 'parked']);
      expect(await waitingFor(second)).toBe('ordering-key');
      await start(store, first);
      await complete(store, first);
      expect(takeWoken()).toEqual([second]);
      expect(await outcomeOf(store, second)).toBe('started');
    });

    it('and gives the room of one back that gets another time', async () => {
      const store = storeWith({ window: 1 });
      const running = await accept(store);
      const [first, second] = (await acceptMany(store, 2, { scheduledFor: now + 1_000 })) as [string, string];
      now += 2_000;
      await start(store, running);
      expect(await startAll(store, [first, second], 1)).toEqual(['let-in', 'parked']);
      await store.reschedule(first, undefined, now + 60_000);
      expect(takeWoken()).toEqual([second]);
      await store.cancel(first);
      await store.cancel(second);
      await complete(store, running);
      expect(await leftovers()).toEqual([]);
    });
  });

  it('expires what waits for too long', async () => {
    const store = storeWith({ window: 1 });
    const [first] = await acceptMany(store, 1);
    const late = await accept(store, { expiresAt: now + 1_000 });
    now += 2_000;
    expect(await store.expire(late)).toMatchObject({ events: [{ kind: 'expired' }] });
    await start(store, first!);
    expect(takeWoken()).toEqual([]);
  });

  it('refuses more than an owner may have waiting in all, and takes them again when there is room', async () => {
    const store = storeWith({ backlog: 2 });
    const [first] = await acceptMany(store, 2);
    await expect(accept(store)).rejects.toThrow('full');
    await accept(store, { owner: 'bob' });
    await start(store, first!);
    await accept(store);
  });
});

describe('an ordering key', () => {
  const key = { orderingKey: 'order-1' };

  it('lets only its first task run; the next goes on when that has ended', async () => {
    const store = storeWith();
    const [first, second, third] = (await acceptMany(store, 3, key)) as [string, string, string];
    expect(await outcomeOf(store, second)).toBe('parked');
    expect(await waitingFor(second)).toBe('ordering-key');
    expect(await outcomeOf(store, first)).toBe('started');
    await complete(store, first);
    expect(takeWoken()).toEqual([second]);
    expect(await outcomeOf(store, third)).toBe('parked');
    expect(await outcomeOf(store, second)).toBe('started');
    await complete(store, second);
    expect(takeWoken()).toEqual([third]);
    expect(await outcomeOf(store, third)).toBe('started');
    await complete(store, third);
    expect(await leftovers()).toEqual([]);
  });

  it('gives a woken task a message with an ID of its own, as its first has been used up', async () => {
    const store = storeWith();
    const [first, second] = (await acceptMany(store, 2, key)) as [string, string];
    await start(store, second);
    await start(store, first);
    await complete(store, first);
    expect(await redis.hget(`{amo:${second.slice(-1)}}:task:${second}`, 'resends')).toBe('1');
  });

  it('is held back by a task that is retried', async () => {
    const store = storeWith();
    const [first, second] = (await acceptMany(store, 2, key)) as [string, string];
    await start(store, first);
    await store.fail(first, `${first}#1`, error, now + 1_000);
    expect(await outcomeOf(store, second)).toBe('parked');
    now += 1_000;
    expect(await outcomeOf(store, first, 2)).toBe('started');
    await complete(store, first, 2);
    expect(takeWoken()).toEqual([second]);
  });

  it.each([
    [false, 'lets its successor run when a task is dead-lettered'],
    [true, 'is held by a dead letter where it was submitted so, until that is replayed'],
  ])('(hold: %s) %s', async (holds) => {
    const store = storeWith();
    const [first, second] = (await acceptMany(store, 2, { ...key, holds })) as [string, string];
    await start(store, first);
    await start(store, second);
    await store.fail(first, `${first}#1`, error);
    expect(takeWoken()).toEqual(holds ? [] : [second]);
    await store.replay(first);
    expect(await outcomeOf(store, first, 2)).toBe(holds ? 'started' : 'parked');
    if (!holds) return;
    await complete(store, first, 2);
    expect(takeWoken()).toEqual([second]);
  });

  it('is apart from the same key of another owner, also where the names could run into each other', async () => {
    const store = storeWith();
    await accept(store, { owner: 'ada', orderingKey: 'b:c' });
    const other = await accept(store, { owner: 'ada:b', orderingKey: 'c' });
    expect(await outcomeOf(store, other)).toBe('started');
  });

  it('lets a scheduled task join when it is due', async () => {
    const store = storeWith();
    const later = await accept(store, { ...key, scheduledFor: now + 10_000 });
    const first = await accept(store, key);
    expect(await outcomeOf(store, first)).toBe('started');
    now += 20_000;
    expect(await outcomeOf(store, later)).toBe('parked');
    await complete(store, first);
    expect(takeWoken()).toEqual([later]);
    expect(await outcomeOf(store, later)).toBe('started');
  });

  it('goes on when the task at its head is cancelled', async () => {
    const store = storeWith();
    const [first, second] = (await acceptMany(store, 2, key)) as [string, string];
    await start(store, second);
    await store.cancel(first);
    expect(takeWoken()).toEqual([second]);
  });
});

describe('concurrency', () => {
  it('of a key: so many run at once, the others wait for a place, the oldest first', async () => {
    const store = storeWith({ keyConcurrency: 2 });
    const ids = await acceptMany(store, 4, { concurrencyKey: 'printer' });
    const outcomes = [];
    for (const id of ids) outcomes.push(await outcomeOf(store, id));
    expect(outcomes).toEqual(['started', 'started', 'parked', 'parked']);
    expect(await waitingFor(ids[2]!)).toBe('concurrency');
    await complete(store, ids[1]!);
    expect(takeWoken()).toEqual([ids[2]]);
    expect(await outcomeOf(store, ids[2]!)).toBe('started');
    await store.fail(ids[0]!, `${ids[0]!}#1`, error, now + 1_000);
    expect(takeWoken()).toEqual([ids[3]]);
    expect(await outcomeOf(store, ids[3]!)).toBe('started');
  });

  it('of an owner: other owners are not kept waiting', async () => {
    const store = storeWith({ concurrency: 1 });
    const [first, second] = (await acceptMany(store, 2)) as [string, string];
    const other = await accept(store, { owner: 'bob' });
    expect(await outcomeOf(store, first)).toBe('started');
    expect(await outcomeOf(store, second)).toBe('parked');
    expect(await outcomeOf(store, other)).toBe('started');
    await store.cancel(first);
    expect(takeWoken()).toEqual([second]);
  });

  it('lets the next in when a woken task is cancelled before it starts', async () => {
    const store = storeWith({ keyConcurrency: 1 });
    const [first, second, third] = (await acceptMany(store, 3, { concurrencyKey: 'k' })) as [string, string, string];
    for (const id of [first, second, third]) await start(store, id);
    await complete(store, first);
    await store.cancel(second);
    expect(takeWoken()).toEqual([second, third]);
  });
});

describe('a message that got lost', () => {
  it('is replaced some minutes after it was due, with an ID that the broker has not seen', async () => {
    const store = storeWith();
    const id = await accept(store);
    expect(await store.resend(id)).toMatchObject({ id, resends: '1' });
    expect(await store.resend(id)).toMatchObject({ id, resends: '1' });
    await store.confirmSent(id, 1, 1);
    expect(await store.resend(id)).toMatchObject({ id, resends: '2' });
    await start(store, id);
    expect(await store.resend(id)).toBeUndefined();
  });
});

it('forgets a gate when the last task that waited before it is cancelled', async () => {
  const store = storeWith();
  const [first, second] = await acceptMany(store, 2, { concurrencyKey: 'mail' });
  await start(store, first!);
  expect(await outcomeOf(store, second!)).toBe('parked');
  await store.cancel(second!, undefined);
  expect(await redis.keys('*:gates')).toEqual([]);
});
