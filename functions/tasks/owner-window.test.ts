import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { complete, outcomeOf, start, WaitingTasks } from '../../tests/support/waiting-tasks.ts';
import { createTaskMessage } from './task-message.ts';
import { findTask } from './task-queries.ts';
import type { TaskStore } from './task-store.ts';

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

describe('an owner’s window in a lane', () => {
  it('lets so many messages in, announces the others without one, and lets one in for each that starts', async () => {
    const store = tasks.storeWith({ window: 2 });
    const ids = await tasks.acceptMany(store, 4);
    expect(await Promise.all(ids.map((id) => tasks.waitingFor(id)))).toEqual([
      undefined,
      undefined,
      'owner-window',
      'owner-window',
    ]);
    expect(await findTask(redis, ids[3]!)).toMatchObject({ state: 'queued', queuedAt: expect.any(String) as string });
    await start(store, ids[0]!);
    expect(tasks.takeWoken()).toEqual([ids[2]]);
    await start(store, ids[1]!);
    expect(tasks.takeWoken()).toEqual([ids[3]]);
    for (const id of ids.slice(2)) await store.confirmSent(id, 1);
    for (const id of ids.slice(2)) await start(store, id);
    for (const id of ids) await complete(store, id);
    expect(await tasks.leftovers()).toEqual([]);
  });

  it('lets a third of them into the lane of ordered tasks, of which an instance runs as many fewer at once', async () => {
    const store = tasks.storeWith({ window: 9 });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await tasks.accept(store, { orderingKey: `order-${n}` }));
    const waits = () => Promise.all(ids.map((id) => tasks.waitingFor(id)));
    expect(await waits()).toEqual([undefined, undefined, undefined, 'owner-window', 'owner-window']);
    await start(store, ids[0]!);
    expect(tasks.takeWoken()).toEqual([ids[3]]);
  });

  it('takes in what waits bit by bit where it has grown by thousands, and loses none', async () => {
    const narrow = tasks.storeWith({ window: 1 });
    const ids = await Promise.all(Array.from({ length: 4_500 }, () => tasks.accept(narrow)));
    const wide = tasks.storeWith({ window: 100_000 });
    do ids.push(await tasks.accept(wide));
    while ((await tasks.waitingFor(ids.at(-1)!)) !== undefined && ids.length < 4_700);
    const waits = await Promise.all(ids.map((id) => tasks.waitingFor(id)));
    expect(waits.filter((waitingFor) => waitingFor !== undefined)).toEqual([]);
    expect(new Set(tasks.takeWoken()).size).toBe(ids.length - 2);
  });

  it('shrinks and grows with what it is to have, as tasks start', async () => {
    const wide = tasks.storeWith({ window: 4 });
    const [first, second, third, ...rest] = (await tasks.acceptMany(wide, 12)) as [string, string, string, ...string[]];
    const [narrow, wider] = [tasks.storeWith({ window: 2 }), tasks.storeWith({ window: 9 })];
    await start(narrow, first);
    await start(narrow, second);
    expect(tasks.takeWoken()).toEqual([]);
    await start(narrow, third);
    expect(tasks.takeWoken()).toEqual([rest[1]]);
    await start(wider, rest[0]!);
    expect(tasks.takeWoken()).toEqual([rest[2], rest[3]]);
    await narrow.cancel(rest[1]!);
    expect(tasks.takeWoken()).toEqual([rest[4]]);
  });

  it('keeps no other owner and no other lane waiting', async () => {
    const store = tasks.storeWith({ window: 1 });
    await tasks.acceptMany(store, 3);
    const [other, high] = [
      await tasks.accept(store, { owner: 'bob' }),
      await tasks.accept(store, { lane: 'tasks-high' }),
    ];
    expect(await Promise.all([other, high].map((id) => tasks.waitingFor(id)))).toEqual([undefined, undefined]);
  });

  it('lets the next in when one before it is cancelled, and forgets a cancelled one that waits', async () => {
    const store = tasks.storeWith({ window: 1 });
    const [first, second, third] = (await tasks.acceptMany(store, 3)) as [string, string, string];
    await store.cancel(second);
    await store.cancel(first);
    expect(tasks.takeWoken()).toEqual([third]);
    await store.cancel(third);
    expect(await tasks.leftovers()).toEqual([]);
  });

  describe('takes in what comes by its time, beyond a share of it', () => {
    const startAll = (store: TaskStore, ids: readonly string[], attempt: number) =>
      Promise.all(ids.map((id) => outcomeOf(store, id, attempt)));
    const share = ['started', 'started', 'let-in', 'let-in'];

    it('of scheduled tasks', async () => {
      const store = tasks.storeWith({ window: 16 });
      const ids = await tasks.acceptMany(store, 24, { scheduledFor: tasks.now + 1_000 });
      tasks.now += 2_000;
      const outcomes = await startAll(store, ids, 1);
      expect(outcomes).toEqual([...share, ...Array<string>(14).fill('let-in'), ...Array<string>(6).fill('parked')]);
      expect(await tasks.waitingFor(ids[23]!)).toBe('owner-window');
      // Each that comes through the window starts, and lets in another.
      for (const [n, id] of ids.slice(2).entries()) {
        expect(await outcomeOf(store, id)).toBe('started');
        expect(tasks.takeWoken()).toEqual(n < 6 ? [ids[18 + n]] : []);
      }
      for (const id of ids) await complete(store, id);
      expect(await tasks.leftovers()).toEqual([]);
    });

    it('of retries, which are sent with an ID of their own', async () => {
      const store = tasks.storeWith({ window: 16 });
      const ids = await tasks.acceptMany(store, 4);
      for (const id of ids) await start(store, id);
      for (const id of ids) await store.fail(id, `${id}#1`, error, tasks.now);
      expect(await startAll(store, ids, 2)).toEqual(share);
      const { fields } = (await store.reschedule(ids[2]!, undefined, tasks.now))!;
      expect(createTaskMessage(fields, 2).message.messageId).toBe(`${ids[2]}:2.1`);
      expect(await startAll(store, ids.slice(2), 2)).toEqual(['started', 'started']);
    });

    it('and keeps the order of a key', async () => {
      const store = tasks.storeWith({ window: 8 });
      const running = await tasks.accept(store);
      const [first, second] = (await tasks.acceptMany(store, 2, {
        orderingKey: 'k',
        scheduledFor: tasks.now + 1_000,
      })) as [string, string];
      tasks.now += 2_000;
      await start(store, running);
      expect(await startAll(store, [first, second], 1)).toEqual(['let-in', 'parked']);
      expect(await tasks.waitingFor(second)).toBe('ordering-key');
      await start(store, first);
      await complete(store, first);
      expect(tasks.takeWoken()).toEqual([second]);
      expect(await outcomeOf(store, second)).toBe('started');
    });

    it('and gives the room of one back that gets another time', async () => {
      const store = tasks.storeWith({ window: 1 });
      const running = await tasks.accept(store);
      const [first, second] = (await tasks.acceptMany(store, 2, { scheduledFor: tasks.now + 1_000 })) as [
        string,
        string,
      ];
      tasks.now += 2_000;
      await start(store, running);
      expect(await startAll(store, [first, second], 1)).toEqual(['let-in', 'parked']);
      await store.reschedule(first, undefined, tasks.now + 60_000);
      expect(tasks.takeWoken()).toEqual([second]);
      await store.cancel(first);
      await store.cancel(second);
      await complete(store, running);
      expect(await tasks.leftovers()).toEqual([]);
    });
  });

  it('expires what waits for too long', async () => {
    const store = tasks.storeWith({ window: 1 });
    const [first] = await tasks.acceptMany(store, 1);
    const late = await tasks.accept(store, { expiresAt: tasks.now + 1_000 });
    tasks.now += 2_000;
    expect(await store.expire(late)).toMatchObject({ events: [{ kind: 'expired' }] });
    await start(store, first!);
    expect(tasks.takeWoken()).toEqual([]);
  });

  it('refuses more than an owner may have waiting in all, and takes them again when there is room', async () => {
    const store = tasks.storeWith({ backlog: 2 });
    const [first] = await tasks.acceptMany(store, 2);
    await expect(tasks.accept(store)).rejects.toThrow('full');
    await tasks.accept(store, { owner: 'bob' });
    await start(store, first!);
    await tasks.accept(store);
  });
});
