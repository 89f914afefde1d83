import type { Redis } from 'ioredis';
import { leaseMs, StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from './task-id.ts';
import { payloadKey, taskKey } from './task-keys.ts';
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

describe('what a start brings along', () => {
  it('has a small payload, and what earlier attempts finished', async () => {
    const id = await tasks.running('old');
    await store.recordStep(id, 'old', 'charge', '{"paid":true}');
    await store.recordStep(id, 'old', '__proto__', '1');
    tasks.now += leaseMs + 1;
    const started = await store.start(id, 1, 'new', leaseMs);
    expect(started).toMatchObject({ payload: '{"message":"Hello"}' });
    const { steps } = started as Extract<typeof started, { outcome: 'started' }>;
    expect(Object.entries(steps).sort()).toEqual([
      ['__proto__', '1'],
      ['charge', '{"paid":true}'],
    ]);
  });

  it.each([
    ['large', `"${'x'.repeat(20_000)}"`],
    ['compressed', Buffer.from([1, 0xff, 0xfe])],
    ['kept elsewhere', ''],
  ])('leaves a payload to be read that is %s', async (_, payload) => {
    const id = await tasks.queued();
    await redis.set(payloadKey(id), payload);
    await redis.hset(taskKey(id), 'payloadBytes', payload.length);
    expect(await store.start(id, 1, 'token', leaseMs)).toMatchObject({ outcome: 'started', payload: undefined });
  });
});

describe('running', () => {
  it('goes from queued to completed, and tells each step', async () => {
    const id = await tasks.running('t');
    await store.reportProgress(id, 't', { percent: 50, message: 'half' });
    expect(await findTask(redis, id)).toMatchObject({ state: 'running', attempt: 1, progress: { percent: 50 } });
    await store.complete(id, 't', '{"answer":42}');
    expect(await findTask(redis, id)).toMatchObject({ state: 'completed', result: { answer: 42 }, attempt: 1 });
    expect(await tasks.kinds()).toEqual(['queued', 'started', 'progress', 'completed']);
    expect((await findTimeline(redis, id)).map(({ kind }) => kind)).toEqual(['queued', 'started', 'completed']);
  });

  it('announces a task whose message overtakes its confirmation', async () => {
    const task = tasks.newTask();
    await store.accept(task);
    await store.start(task.id, 1, 't', leaseMs);
    expect((await store.confirmSent(task.id, 1)).events).toEqual([]);
    expect(await tasks.kinds()).toEqual(['queued', 'started']);
  });

  it('gives the task to one worker only, until the lease ends', async () => {
    const id = await tasks.running('first');
    expect(await store.start(id, 1, 'second', leaseMs)).toEqual({ outcome: 'busy', waitMs: leaseMs });
    tasks.now += leaseMs - 1;
    expect(await store.renewLease(id, 'first', leaseMs)).toBe('running');
    tasks.now += leaseMs - 1;
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({ outcome: 'busy' });
    tasks.now += 1;
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({ outcome: 'started' });
  });

  it('leaves no attempt out, whatever number a message has', async () => {
    const id = await tasks.queued();
    expect(await store.start(id, 99, 'one', leaseMs)).toMatchObject({ outcome: 'started', fields: { attempt: '1' } });
    tasks.now += leaseMs;
    expect(await store.giveUp(id, 99, { code: 'x', message: 'x' })).toMatchObject({
      outcome: 'dead-lettered',
      events: [{ attempt: 2 }],
    });
  });

  it('lets the old holder write nothing once another has taken over', async () => {
    const id = await tasks.running('old');
    tasks.now += leaseMs;
    await store.start(id, 1, 'new', leaseMs);
    expect(await store.reportProgress(id, 'old', { percent: 99 })).toEqual([]);
    expect(await store.renewLease(id, 'old', leaseMs)).toBe('lost');
    expect(await store.complete(id, 'old', '1')).toEqual({ outcome: 'lost', events: [] });
    expect(await store.fail(id, 'old', { code: 'x', message: 'x' }, tasks.now)).toMatchObject({ outcome: 'lost' });
    expect(await store.complete(id, 'new', '2')).toMatchObject({ outcome: 'completed' });
    expect(await findTask(redis, id)).toMatchObject({ state: 'completed', result: 2 });
  });

  it('completes once, however often the command arrives', async () => {
    const id = await tasks.running('t');
    await store.complete(id, 't', '1');
    expect(await store.complete(id, 't', '1')).toEqual({ outcome: 'completed', events: [] });
    expect(await tasks.kinds()).toEqual(['queued', 'started', 'completed']);
  });

  it('starts once for one token, however often the command arrives', async () => {
    const id = await tasks.running('t');
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'started', events: [] });
    expect(await tasks.kinds()).toEqual(['queued', 'started']);
  });

  it('keeps a large result beside the record and out of the events', async () => {
    const id = await tasks.running('t');
    const large = 'x'.repeat(20_000);
    const { events } = await store.complete(id, 't', JSON.stringify(large));
    expect(events[0]).not.toHaveProperty('result');
    expect(await findTask(redis, id)).toMatchObject({ result: large });
    const [listed] = (await listTasks(redis, { owner: 'ada', limit: 10 })).tasks;
    expect(listed).not.toHaveProperty('result');
  });

  it('starts neither a scheduled task nor a retry before its time', async () => {
    const id = await tasks.queued({ scheduledFor: tasks.now + 10_000 });
    expect(await store.start(id, 1, 't', leaseMs)).toEqual({
      outcome: 'early',
      waitMs: expect.any(Number),
      resends: 0,
    });
    tasks.now += 10_000;
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'started' });
    await store.fail(id, 't', { code: 'x', message: 'x' }, tasks.now + 500);
    expect(await store.start(id, 2, 'u', leaseMs)).toEqual({ outcome: 'early', waitMs: 500, resends: 0 });
  });

  it('knows no task that it never accepted', async () => {
    expect(await store.start(createTaskId('ada', tasks.now), 1, 't', leaseMs)).toEqual({ outcome: 'unknown' });
  });
});

describe('deliveries', () => {
  it('starts a task that may run at most once no second time', async () => {
    const id = await tasks.running('first', { delivery: 'at-most-once' });
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({ outcome: 'busy' });
    tasks.now += leaseMs;
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({
      outcome: 'ended',
      fields: { state: 'dead-lettered' },
    });
    expect(await findTask(redis, id)).toMatchObject({ error: { code: 'worker-lost' }, delivery: 'at-most-once' });
    expect(await store.complete(id, 'first', '1')).toMatchObject({ outcome: 'lost' });
  });

  it('remembers the first value of a step, for the holder of the lease only', async () => {
    const id = await tasks.running('old');
    expect(await store.recordStep(id, 'old', 'charge', '1')).toBe('1');
    tasks.now += leaseMs;
    await store.start(id, 1, 'new', leaseMs);
    expect(await store.recordStep(id, 'old', 'charge', '2')).toBeUndefined();
    expect(await store.recordStep(id, 'new', 'charge', '3')).toBe('1');
  });

  it('does not count an attempt that was postponed', async () => {
    const id = await tasks.running('t');
    const { events } = await store.fail(id, 't', { code: 'retry-later', message: 'later' }, tasks.now + 100, {
      postponed: true,
    });
    expect(events).toMatchObject([{ kind: 'retrying', attempt: 1, maxAttempts: 8 }]);
    expect(await findTask(redis, id)).toMatchObject({ state: 'retrying', attempt: 1, maxAttempts: 8 });
  });
});
