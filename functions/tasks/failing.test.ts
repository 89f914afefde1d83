import type { Redis } from 'ioredis';
import { leaseMs, StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { findTask, findTimeline } from './task-queries.ts';
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

describe('failing', () => {
  const error = { code: 'boom', message: 'It broke "here"\n' };

  it('waits for its next attempt, with the error told', async () => {
    const id = await tasks.running('t');
    const { events } = await store.fail(id, 't', error, tasks.now + 100);
    expect(events).toMatchObject([{ kind: 'retrying', error, nextAttemptAt: new Date(tasks.now + 100).toISOString() }]);
    expect(await findTask(redis, id)).toMatchObject({
      state: 'retrying',
      error,
      nextAttemptAt: new Date(tasks.now + 100).toISOString(),
    });
  });

  it('asks for the next message when the one of the failed attempt is delivered again', async () => {
    const id = await tasks.running('t');
    await store.fail(id, 't', error, tasks.now + 100);
    expect(await store.start(id, 1, 'u', leaseMs)).toMatchObject({
      outcome: 'superseded',
      attempt: 2,
      nextAttemptAt: tasks.now + 100,
    });
    tasks.now += 100;
    expect(await store.start(id, 2, 'u', leaseMs)).toMatchObject({ outcome: 'started', fields: { attempt: '2' } });
    expect(await store.start(id, 1, 'v', leaseMs)).toEqual({ outcome: 'stale' });
  });

  it('is dead-lettered when no attempt is left, and stays so', async () => {
    const id = await tasks.running('t');
    await store.fail(id, 't', error);
    expect(await findTask(redis, id)).toMatchObject({ state: 'dead-lettered', error });
    expect(await store.start(id, 1, 'u', leaseMs)).toMatchObject({
      outcome: 'ended',
      fields: { state: 'dead-lettered' },
    });
    expect(await tasks.kinds()).toEqual(['queued', 'started', 'dead-lettered']);
  });

  it('fails once, however often the command arrives', async () => {
    const id = await tasks.running('t');
    await store.fail(id, 't', error, tasks.now + 100);
    expect(await store.fail(id, 't', error, tasks.now + 999)).toEqual({
      outcome: 'retrying',
      events: [],
      nextAttemptAt: tasks.now + 100,
    });
  });

  it('is given up when the broker has dead-lettered its message, but not while a worker holds it', async () => {
    const id = await tasks.running('t');
    expect(await store.giveUp(id, 1, error)).toMatchObject({ outcome: 'busy', events: [] });
    tasks.now += leaseMs;
    expect(await store.giveUp(id, 1, error)).toMatchObject({ outcome: 'dead-lettered' });
    expect(await store.giveUp(id, 1, error)).toMatchObject({ outcome: 'kept', events: [] });
    expect(await findTask(redis, id)).toMatchObject({ state: 'dead-lettered', error });
  });
});

describe('replaying', () => {
  it('gives as many attempts as at first, not one more for each that was put off', async () => {
    const error = { code: 'x', message: 'x' };
    const id = await tasks.running('t', { maxAttempts: 2 });
    for (const attempt of [1, 2, 3]) {
      await store.fail(id, attempt === 1 ? 't' : `t${attempt}`, error, tasks.now, { postponed: true });
      await store.start(id, attempt + 1, `t${attempt + 1}`, leaseMs);
    }
    await store.fail(id, 't4', error);
    expect(await store.replay(id)).toMatchObject({ outcome: 'replayed' });
    expect(await findTask(redis, id)).toMatchObject({ attempt: 4, maxAttempts: 6 });
  });

  it('sends a dead letter on its way again, with as many attempts as at first', async () => {
    const id = await tasks.running('t', { maxAttempts: 1 });
    await store.fail(id, 't', { code: 'x', message: 'x' });
    expect(await store.replay(id, 'bob')).toBeUndefined();
    expect(await store.replay(id, 'ada')).toMatchObject({
      outcome: 'replayed',
      events: [{ kind: 'replayed', state: 'queued', maxAttempts: 2 }],
    });
    expect(await store.replay(id, 'ada')).toMatchObject({ outcome: 'forbidden-state' });
    expect(await findTask(redis, id)).toMatchObject({ state: 'queued', attempt: 1, maxAttempts: 2 });
    expect(await store.start(id, 1, 'u', leaseMs)).toEqual({ outcome: 'stale' });
    expect(await store.giveUp(id, 1, { code: 'x', message: 'x' })).toMatchObject({ outcome: 'obsolete' });
    expect(await store.start(id, 2, 'u', leaseMs)).toMatchObject({ outcome: 'started' });
    await store.fail(id, 'u', { code: 'x', message: 'x' });
    await store.replay(id);
    expect(await findTask(redis, id)).toMatchObject({ attempt: 2, maxAttempts: 3 });
    expect((await findTimeline(redis, id)).map(({ kind }) => kind)).toEqual([
      'queued', 'started', 'dead-lettered', 'replayed', 'started', 'dead-lettered', 'replayed',
    ]); // prettier-ignore
  });

  it('refuses what is no dead letter', async () => {
    expect(await store.replay(await tasks.queued(), 'ada')).toMatchObject({ outcome: 'forbidden-state' });
  });
});
