import type { Redis } from 'ioredis';
import type { TaskStore } from './task-store.ts';
import { leaseMs } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
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

describe('concurrency', () => {
  it('of a key: so many run at once, the others wait for a place, the oldest first', async () => {
    const store = tasks.storeWith({ keyConcurrency: 2 });
    const ids = await tasks.acceptMany(store, 4, { concurrencyKey: 'printer' });
    const outcomes = [];
    for (const id of ids) outcomes.push(await outcomeOf(store, id));
    expect(outcomes).toEqual(['started', 'started', 'parked', 'parked']);
    expect(await tasks.waitingFor(ids[2]!)).toBe('concurrency');
    await complete(store, ids[1]!);
    expect(tasks.takeWoken()).toEqual([ids[2]]);
    expect(await outcomeOf(store, ids[2]!)).toBe('started');
    await store.fail(ids[0]!, `${ids[0]!}#1`, error, tasks.now + 1_000);
    expect(tasks.takeWoken()).toEqual([ids[3]]);
    expect(await outcomeOf(store, ids[3]!)).toBe('started');
  });

  it('of an owner: other owners are not kept waiting', async () => {
    const store = tasks.storeWith({ concurrency: 1 });
    const [first, second] = (await tasks.acceptMany(store, 2)) as [string, string];
    const other = await tasks.accept(store, { owner: 'bob' });
    expect(await outcomeOf(store, first)).toBe('started');
    expect(await outcomeOf(store, second)).toBe('parked');
    expect(await outcomeOf(store, other)).toBe('started');
    await store.cancel(first);
    expect(tasks.takeWoken()).toEqual([second]);
  });

  it('lets the next in when a woken task is cancelled before it starts', async () => {
    const store = tasks.storeWith({ keyConcurrency: 1 });
    const [first, second, third] = (await tasks.acceptMany(store, 3, { concurrencyKey: 'k' })) as [
      string,
      string,
      string,
    ];
    for (const id of [first, second, third]) await start(store, id);
    await complete(store, first);
    await store.cancel(second);
    expect(tasks.takeWoken()).toEqual([second, third]);
  });
});

describe('a running task that is cancelled holds its concurrency key', () => {
  let store: TaskStore;
  let first: string;
  let second: string;
  beforeEach(async () => {
    store = tasks.storeWith({ keyConcurrency: 1 });
    [first, second] = (await tasks.acceptMany(store, 2, { concurrencyKey: 'printer' })) as [string, string];
    await start(store, first);
    await start(store, second);
    expect(await store.cancel(first)).toMatchObject({ outcome: 'cancelled' });
    expect(tasks.takeWoken()).toEqual([]);
  });
  afterEach(async () => {
    expect(tasks.takeWoken()).toEqual([second]);
    expect(await outcomeOf(store, second)).toBe('started');
    await complete(store, second);
    expect(await tasks.leftovers()).toEqual([]);
  });

  it('until its handler hears of it', async () => {
    expect(await store.renewLease(first, 'other', leaseMs)).toBe('lost');
    for (let again = 0; again < 2; again += 1) {
      expect(await store.renewLease(first, `${first}#1`, leaseMs)).toBe('cancelled');
    }
  });

  it('until its handler has come to its end', async () => {
    expect(await complete(store, first)).toMatchObject({ outcome: 'lost' });
  });

  it('until its handler has failed', async () => {
    expect(await store.fail(first, `${first}#1`, error, tasks.now)).toMatchObject({ outcome: 'lost' });
  });

  it('until its lease is over, where the worker died: the next delivery of its message sees to that', async () => {
    expect(await store.start(first, 1, 'other', leaseMs)).toEqual({ outcome: 'busy', waitMs: leaseMs });
    expect(tasks.takeWoken()).toEqual([]);
    tasks.now += leaseMs;
    expect(await store.start(first, 1, 'other', leaseMs)).toMatchObject({ outcome: 'ended' });
  });
});

it('one whose lease is over when it is cancelled holds no key', async () => {
  const store = tasks.storeWith({ keyConcurrency: 1 });
  const [first, second] = (await tasks.acceptMany(store, 2, { concurrencyKey: 'printer' })) as [string, string];
  await start(store, first);
  await start(store, second);
  tasks.now += leaseMs;
  await store.cancel(first);
  expect(tasks.takeWoken()).toEqual([second]);
});

it('forgets a gate when the last task that waited before it is cancelled', async () => {
  const store = tasks.storeWith();
  const [first, second] = await tasks.acceptMany(store, 2, { concurrencyKey: 'mail' });
  await start(store, first!);
  expect(await outcomeOf(store, second!)).toBe('parked');
  await store.cancel(second!, undefined);
  expect(await redis.keys('*:gates')).toEqual([]);
});
