import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { leaseMs } from '../../tests/support/stored-tasks.ts';
import { complete, outcomeOf, start, WaitingTasks } from '../../tests/support/waiting-tasks.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

let tasks: WaitingTasks;
beforeEach(async () => {
  await redis.flushall();
  tasks = new WaitingTasks(redis);
});

const error = { code: 'x', message: 'x' };

describe('an ordering key', () => {
  const key = { orderingKey: 'order-1' };

  it('lets only its first task run; the next goes on when that has ended', async () => {
    const store = tasks.storeWith();
    const [first, second, third] = (await tasks.acceptMany(store, 3, key)) as [string, string, string];
    expect(await outcomeOf(store, second)).toBe('parked');
    expect(await tasks.waitingFor(second)).toBe('ordering-key');
    expect(await outcomeOf(store, first)).toBe('started');
    await complete(store, first);
    expect(tasks.takeWoken()).toEqual([second]);
    expect(await outcomeOf(store, third)).toBe('parked');
    expect(await outcomeOf(store, second)).toBe('started');
    await complete(store, second);
    expect(tasks.takeWoken()).toEqual([third]);
    expect(await outcomeOf(store, third)).toBe('started');
    await complete(store, third);
    expect(await tasks.leftovers()).toEqual([]);
  });

  it('gives a woken task a message with an ID of its own, as its first has been used up', async () => {
    const store = tasks.storeWith();
    const [first, second] = (await tasks.acceptMany(store, 2, key)) as [string, string];
    await start(store, second);
    await start(store, first);
    await complete(store, first);
    expect(await redis.hget(`{amo:${second.slice(-1)}}:task:${second}`, 'resends')).toBe('1');
  });

  it('is held back by a task that is retried', async () => {
    const store = tasks.storeWith();
    const [first, second] = (await tasks.acceptMany(store, 2, key)) as [string, string];
    await start(store, first);
    await store.fail(first, `${first}#1`, error, tasks.now + 1_000);
    expect(await outcomeOf(store, second)).toBe('parked');
    tasks.now += 1_000;
    expect(await outcomeOf(store, first, 2)).toBe('started');
    await complete(store, first, 2);
    expect(tasks.takeWoken()).toEqual([second]);
  });

  it.each([
    [false, 'lets its successor run when a task is dead-lettered'],
    [true, 'is held by a dead letter where it was submitted so, until that is replayed'],
  ])('(hold: %s) %s', async (holds) => {
    const store = tasks.storeWith();
    const [first, second] = (await tasks.acceptMany(store, 2, { ...key, holds })) as [string, string];
    await start(store, first);
    await start(store, second);
    await store.fail(first, `${first}#1`, error);
    expect(tasks.takeWoken()).toEqual(holds ? [] : [second]);
    await store.replay(first);
    expect(await outcomeOf(store, first, 2)).toBe(holds ? 'started' : 'parked');
    if (!holds) return;
    await complete(store, first, 2);
    expect(tasks.takeWoken()).toEqual([second]);
  });

  it('is apart from the same key of another owner, also where the names could run into each other', async () => {
    const store = tasks.storeWith();
    await tasks.accept(store, { owner: 'ada', orderingKey: 'b:c' });
    const other = await tasks.accept(store, { owner: 'ada:b', orderingKey: 'c' });
    expect(await outcomeOf(store, other)).toBe('started');
  });

  it('lets a scheduled task join when it is due', async () => {
    const store = tasks.storeWith();
    const later = await tasks.accept(store, { ...key, scheduledFor: tasks.now + 10_000 });
    const first = await tasks.accept(store, key);
    expect(await outcomeOf(store, first)).toBe('started');
    tasks.now += 20_000;
    expect(await outcomeOf(store, later)).toBe('parked');
    await complete(store, first);
    expect(tasks.takeWoken()).toEqual([later]);
    expect(await outcomeOf(store, later)).toBe('started');
  });

  it('goes on when the task at its head is cancelled', async () => {
    const store = tasks.storeWith();
    const [first, second] = (await tasks.acceptMany(store, 2, key)) as [string, string];
    await start(store, second);
    await store.cancel(first);
    expect(tasks.takeWoken()).toEqual([second]);
  });

  it('is held by a task that is cancelled while it runs, until its handler hears of that', async () => {
    const store = tasks.storeWith();
    const [first, second] = (await tasks.acceptMany(store, 2, key)) as [string, string];
    await start(store, first);
    await store.cancel(first);
    expect(await outcomeOf(store, second)).toBe('parked');
    expect(await tasks.waitingFor(second)).toBe('ordering-key');
    expect(await store.renewLease(first, `${first}#1`, leaseMs)).toBe('cancelled');
    expect(tasks.takeWoken()).toEqual([second]);
    expect(await outcomeOf(store, second)).toBe('started');
    await complete(store, second);
    expect(await tasks.leftovers()).toEqual([]);
  });

  it('is held by one whose worker died no longer than its lease: the next delivery of its message sees to that', async () => {
    const store = tasks.storeWith();
    const [first, second] = (await tasks.acceptMany(store, 2, key)) as [string, string];
    await start(store, first);
    await store.cancel(first);
    expect(await store.start(first, 1, 'other', leaseMs)).toEqual({ outcome: 'busy', waitMs: leaseMs });
    tasks.now += leaseMs;
    expect(await store.start(first, 1, 'other', leaseMs)).toMatchObject({ outcome: 'ended' });
    expect(await outcomeOf(store, second)).toBe('started');
    await complete(store, second);
    expect(await tasks.leftovers()).toEqual([]);
  });
});
