import type { Redis } from 'ioredis';
import { idempotency, leaseMs, StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { appendLogs } from '../task-logs/log-store.ts';
import { findTask, findTimeline, listTasks } from './task-queries.ts';
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

describe('cancelling and expiring', () => {
  it('cancels a waiting task, whose message then has nothing to do', async () => {
    const id = await tasks.queued();
    expect(await store.cancel(id, 'ada')).toMatchObject({ outcome: 'cancelled' });
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'ended', fields: { state: 'cancelled' } });
  });

  it('cancels a running task, whose worker learns it and can write no more', async () => {
    const id = await tasks.running('t');
    await store.cancel(id);
    expect(await store.renewLease(id, 't', leaseMs)).toBe('cancelled');
    expect(await store.complete(id, 't', '1')).toEqual({ outcome: 'lost', events: [] });
  });

  it('refuses to cancel what has ended, and what is another owner’s', async () => {
    const id = await tasks.running('t');
    expect(await store.cancel(id, 'bob')).toBeUndefined();
    await store.complete(id, 't', '1');
    expect(await store.cancel(id, 'ada')).toMatchObject({ outcome: 'forbidden-state' });
  });

  it('expires a task that starts too late', async () => {
    const id = await tasks.queued({ expiresAt: tasks.now + 1_000 });
    tasks.now += 1_000;
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'ended', events: [{ kind: 'expired' }] });
  });

  it('tells that a task was accepted before it tells that the task is over, whatever ends it first', async () => {
    const accepted = async () => {
      const task = tasks.newTask({ expiresAt: tasks.now + 1_000 });
      await store.accept(task);
      return task.id;
    };
    const ends: ((id: string) => Promise<unknown>)[] = [
      (id) => store.expire(id),
      (id) => store.start(id, 1, 't', leaseMs),
      (id) => store.cancel(id),
      (id) => store.giveUp(id, 1, { code: 'x', message: 'x' }),
    ];
    const ids = await Promise.all(ends.map(accepted));
    tasks.now += 2_000;
    for (const [n, end] of ends.entries()) await end(ids[n]!);
    const kinds = await Promise.all(ids.map(async (id) => (await findTimeline(redis, id)).map(({ kind }) => kind)));
    expect(kinds).toEqual(['expired', 'expired', 'cancelled', 'dead-lettered'].map((last) => ['queued', last]));
  });

  it('expires a waiting task when the sweeper asks, and no other', async () => {
    const waiting = await tasks.queued({ expiresAt: tasks.now + 1_000 });
    const started = await tasks.running('t', { expiresAt: tasks.now + 1_000 });
    expect(await store.expire(waiting)).toMatchObject({ events: [] });
    tasks.now += 1_000;
    expect(await store.expire(started)).toMatchObject({ events: [] });
  });

  it('forgets a finished task whole', async () => {
    const id = await tasks.running('t', { idempotency: idempotency('a') });
    await store.complete(id, 't', JSON.stringify('x'.repeat(20_000)));
    await appendLogs(redis, id, {
      name: 't:1',
      left: 0,
      lines: [{ at: new Date(0).toISOString(), attempt: 1, text: 'x' }],
    });
    await store.forget(id);
    expect(await findTask(redis, id)).toBeUndefined();
    expect((await redis.keys('*')).filter((key) => key.includes(id))).toEqual([]);
    expect((await listTasks(redis, { limit: 10 })).tasks).toEqual([]);
  });
});
