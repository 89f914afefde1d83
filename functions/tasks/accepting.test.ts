import type { Redis } from 'ioredis';
import { idempotency, leaseMs, StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { payloadKey } from './task-keys.ts';
import { findTask, listTasks } from './task-queries.ts';
import type { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

let tasks: StoredTasks;
let store: TaskStore;
beforeEach(async () => {
  await redis.flushall();
  tasks = new StoredTasks(redis);
  ({ store } = tasks);
});

describe('accepting', () => {
  it('stores task and payload, and announces the task only when the broker has its message', async () => {
    const task = tasks.newTask();
    await store.accept(task);
    expect(await tasks.kinds()).toEqual([]);
    const { events } = await store.confirmSent(task.id, 1);
    expect(events).toMatchObject([{ taskId: task.id, kind: 'queued', state: 'queued', attempt: 0 }]);
    expect(await findTask(redis, task.id)).toMatchObject({
      state: 'queued',
      tags: ['urgent'],
      payloadBytes: 19,
      attempt: 0,
    });
    expect(await redis.get(payloadKey(task.id))).toBe('{"message":"Hello"}');
  });

  it('announces a task once, however often its message is confirmed', async () => {
    const id = await tasks.queued();
    expect((await store.confirmSent(id, 1)).events).toEqual([]);
    expect(await tasks.kinds()).toEqual(['queued']);
  });

  it('answers a repeated command as it did the first time', async () => {
    const task = tasks.newTask({ idempotency: idempotency('a') });
    const first = await store.accept(task);
    expect(await store.accept(task)).toEqual(first);
  });

  it('leaves nothing of a withdrawn task but the tombstone', async () => {
    const task = tasks.newTask({ expiresAt: tasks.now + 1_000, idempotency: idempotency('a') });
    await store.accept(task);
    expect(await store.withdraw(task.id)).toBe(true);
    expect(await redis.keys('*')).toEqual([expect.stringMatching(/:withdrawn:/)]);
    expect(await store.start(task.id, 1, 't', leaseMs)).toEqual({ outcome: 'withdrawn' });
  });

  it('refuses an acceptance that arrives after its withdrawal', async () => {
    const task = tasks.newTask();
    await store.withdraw(task.id);
    expect(await store.accept(task)).toEqual({ outcome: 'withdrawn' });
    expect(await findTask(redis, task.id)).toBeUndefined();
  });

  it('does not withdraw a task whose message has arrived after all', async () => {
    const task = tasks.newTask();
    await store.accept(task);
    await store.start(task.id, 1, 't', leaseMs);
    expect(await store.withdraw(task.id)).toBe(false);
    expect(await findTask(redis, task.id)).toMatchObject({ state: 'running' });
  });
});

describe('idempotency keys', () => {
  it('give the same task for the same request', async () => {
    const first = tasks.newTask({ idempotency: idempotency('a') });
    await store.accept(first);
    await store.confirmSent(first.id, 1);
    const second = await store.accept(tasks.newTask({ idempotency: idempotency('a') }));
    expect(second).toMatchObject({ outcome: 'duplicate', fields: { id: first.id } });
    await store.accept(tasks.newTask({ idempotency: idempotency('a') }));
    expect(await findTask(redis, first.id)).toMatchObject({ duplicates: 2 });
    expect((await listTasks(redis, { owner: 'ada', limit: 10 })).tasks).toHaveLength(1);
  });

  it('refuse another request, and one whose first is still under way', async () => {
    await store.accept(tasks.newTask({ idempotency: idempotency('a') }));
    expect(await store.accept(tasks.newTask({ idempotency: idempotency('b') }))).toEqual({ outcome: 'reused' });
    expect(await store.accept(tasks.newTask({ idempotency: idempotency('a') }))).toEqual({ outcome: 'in-flight' });
  });

  it('belong to one owner', async () => {
    await tasks.queued({ idempotency: idempotency('a') });
    expect(await store.accept(tasks.newTask({ owner: 'bob', idempotency: idempotency('b') }))).toMatchObject({
      outcome: 'accepted',
    });
  });
});

describe('a message that got lost', () => {
  it('is replaced some minutes after it was due, with an ID that the broker has not seen', async () => {
    const id = await tasks.queued();
    expect(await store.resend(id)).toMatchObject({ id, resends: '1' });
    expect(await store.resend(id)).toMatchObject({ id, resends: '1' });
    await store.confirmSent(id, 1, 1);
    expect(await store.resend(id)).toMatchObject({ id, resends: '2' });
    await store.start(id, 1, 't', leaseMs);
    expect(await store.resend(id)).toBeUndefined();
  });
});
