import type { Redis } from 'ioredis';
import { appendLogs } from '../task-logs/log-store.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { latestCursor, readAllEvents, readOwnerEvents } from '../events/event-store.ts';
import { createTaskId } from './task-id.ts';
import { payloadKey, taskKey } from './task-keys.ts';
import { findTask, findTimeline, listTasks } from './task-queries.ts';
import type { NewTask } from './new-task.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
let store: TaskStore;
let now = Date.parse('2026-01-05T10:00:00Z');
const leaseMs = 30_000;

beforeAll(() => {
  redis = testRedis.connect();
  store = new TaskStore(redis, { now: () => now });
});
beforeEach(async () => {
  await redis.flushall();
  now += 60_000;
});

function newTask(more: Partial<NewTask> = {}): NewTask {
  const owner = more.owner ?? 'ada';
  return {
    id: createTaskId(owner, (now += 1)),
    owner,
    lane: 'tasks',
    type: 'echo',
    delivery: 'at-least-once',
    details: { tags: ['urgent'], priority: 'normal' },
    payload: '{"message":"Hello"}',
    payloadBytes: 19,
    maxAttempts: 7,
    ...more,
  };
}

async function queued(more: Partial<NewTask> = {}): Promise<string> {
  const task = newTask(more);
  await store.accept(task);
  await store.confirmSent(task.id, 1);
  return task.id;
}

async function running(token = 'token-1', more: Partial<NewTask> = {}): Promise<string> {
  const id = await queued(more);
  expect(await store.start(id, 1, token, leaseMs)).toMatchObject({ outcome: 'started' });
  return id;
}

const kinds = async (owner = 'ada') => (await readOwnerEvents(redis, owner, '0-0', 100)).events.map(({ kind }) => kind);
const idempotency = (fingerprint: string) => ({ key: 'key-1', fingerprint, keptMs: 60_000 });

describe('accepting', () => {
  it('stores task and payload, and announces the task only when the broker has its message', async () => {
    const task = newTask();
    await store.accept(task);
    expect(await kinds()).toEqual([]);
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
    const id = await queued();
    expect((await store.confirmSent(id, 1)).events).toEqual([]);
    expect(await kinds()).toEqual(['queued']);
  });

  it('answers a repeated command as it did the first time', async () => {
    const task = newTask({ idempotency: idempotency('a') });
    const first = await store.accept(task);
    expect(await store.accept(task)).toEqual(first);
  });

  it('leaves nothing of a withdrawn task but the tombstone', async () => {
    const task = newTask({ expiresAt: now + 1_000, idempotency: idempotency('a') });
    await store.accept(task);
    expect(await store.withdraw(task.id)).toBe(true);
    expect(await redis.keys('*')).toEqual([expect.stringMatching(/:withdrawn:/)]);
    expect(await store.start(task.id, 1, 't', leaseMs)).toEqual({ outcome: 'withdrawn' });
  });

  it('refuses an acceptance that arrives after its withdrawal', async () => {
    const task = newTask();
    await store.withdraw(task.id);
    expect(await store.accept(task)).toEqual({ outcome: 'withdrawn' });
    expect(await findTask(redis, task.id)).toBeUndefined();
  });

  it('does not withdraw a task whose message has arrived after all', async () => {
    const task = newTask();
    await store.accept(task);
    await store.start(task.id, 1, 't', leaseMs);
    expect(await store.withdraw(task.id)).toBe(false);
    expect(await findTask(redis, task.id)).toMatchObject({ state: 'running' });
  });
});

describe('what a start brings along', () => {
  it('has a small payload, and what earlier attempts finished', async () => {
    const id = await running('old');
    await store.recordStep(id, 'old', 'charge', '{"paid":true}');
    await store.recordStep(id, 'old', '__proto__', '1');
    now += leaseMs + 1;
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
    const id = await queued();
    await redis.set(payloadKey(id), payload);
    await redis.hset(taskKey(id), 'payloadBytes', payload.length);
    expect(await store.start(id, 1, 'token', leaseMs)).toMatchObject({ outcome: 'started', payload: undefined });
  });
});

describe('idempotency keys', () => {
  it('give the same task for the same request', async () => {
    const first = newTask({ idempotency: idempotency('a') });
    await store.accept(first);
    await store.confirmSent(first.id, 1);
    const second = await store.accept(newTask({ idempotency: idempotency('a') }));
    expect(second).toMatchObject({ outcome: 'duplicate', fields: { id: first.id } });
    await store.accept(newTask({ idempotency: idempotency('a') }));
    expect(await findTask(redis, first.id)).toMatchObject({ duplicates: 2 });
    expect((await listTasks(redis, { owner: 'ada', limit: 10 })).tasks).toHaveLength(1);
  });

  it('refuse another request, and one whose first is still under way', async () => {
    await store.accept(newTask({ idempotency: idempotency('a') }));
    expect(await store.accept(newTask({ idempotency: idempotency('b') }))).toEqual({ outcome: 'reused' });
    expect(await store.accept(newTask({ idempotency: idempotency('a') }))).toEqual({ outcome: 'in-flight' });
  });

  it('belong to one owner', async () => {
    await queued({ idempotency: idempotency('a') });
    expect(await store.accept(newTask({ owner: 'bob', idempotency: idempotency('b') }))).toMatchObject({
      outcome: 'accepted',
    });
  });
});

describe('running', () => {
  it('goes from queued to completed, and tells each step', async () => {
    const id = await running('t');
    await store.reportProgress(id, 't', { percent: 50, message: 'half' });
    expect(await findTask(redis, id)).toMatchObject({ state: 'running', attempt: 1, progress: { percent: 50 } });
    await store.complete(id, 't', '{"answer":42}');
    expect(await findTask(redis, id)).toMatchObject({ state: 'completed', result: { answer: 42 }, attempt: 1 });
    expect(await kinds()).toEqual(['queued', 'started', 'progress', 'completed']);
    expect((await findTimeline(redis, id)).map(({ kind }) => kind)).toEqual(['queued', 'started', 'completed']);
  });

  it('announces a task whose message overtakes its confirmation', async () => {
    const task = newTask();
    await store.accept(task);
    await store.start(task.id, 1, 't', leaseMs);
    expect((await store.confirmSent(task.id, 1)).events).toEqual([]);
    expect(await kinds()).toEqual(['queued', 'started']);
  });

  it('gives the task to one worker only, until the lease ends', async () => {
    const id = await running('first');
    expect(await store.start(id, 1, 'second', leaseMs)).toEqual({ outcome: 'busy', waitMs: leaseMs });
    now += leaseMs - 1;
    expect(await store.renewLease(id, 'first', leaseMs)).toBe('running');
    now += leaseMs - 1;
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({ outcome: 'busy' });
    now += 1;
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({ outcome: 'started' });
  });

  it('leaves no attempt out, whatever number a message has', async () => {
    const id = await queued();
    expect(await store.start(id, 99, 'one', leaseMs)).toMatchObject({ outcome: 'started', fields: { attempt: '1' } });
    now += leaseMs;
    expect(await store.giveUp(id, 99, { code: 'x', message: 'x' })).toMatchObject({
      outcome: 'dead-lettered',
      events: [{ attempt: 2 }],
    });
  });

  it('lets the old holder write nothing once another has taken over', async () => {
    const id = await running('old');
    now += leaseMs;
    await store.start(id, 1, 'new', leaseMs);
    expect(await store.reportProgress(id, 'old', { percent: 99 })).toEqual([]);
    expect(await store.renewLease(id, 'old', leaseMs)).toBe('lost');
    expect(await store.complete(id, 'old', '1')).toEqual({ outcome: 'lost', events: [] });
    expect(await store.fail(id, 'old', { code: 'x', message: 'x' }, now)).toMatchObject({ outcome: 'lost' });
    expect(await store.complete(id, 'new', '2')).toMatchObject({ outcome: 'completed' });
    expect(await findTask(redis, id)).toMatchObject({ state: 'completed', result: 2 });
  });

  it('completes once, however often the command arrives', async () => {
    const id = await running('t');
    await store.complete(id, 't', '1');
    expect(await store.complete(id, 't', '1')).toEqual({ outcome: 'completed', events: [] });
    expect(await kinds()).toEqual(['queued', 'started', 'completed']);
  });

  it('starts once for one token, however often the command arrives', async () => {
    const id = await running('t');
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'started', events: [] });
    expect(await kinds()).toEqual(['queued', 'started']);
  });

  it('keeps a large result beside the record and out of the events', async () => {
    const id = await running('t');
    const large = 'x'.repeat(20_000);
    const { events } = await store.complete(id, 't', JSON.stringify(large));
    expect(events[0]).not.toHaveProperty('result');
    expect(await findTask(redis, id)).toMatchObject({ result: large });
    const [listed] = (await listTasks(redis, { owner: 'ada', limit: 10 })).tasks;
    expect(listed).not.toHaveProperty('result');
  });

  it('starts neither a scheduled task nor a retry before its time', async () => {
    const id = await queued({ scheduledFor: now + 10_000 });
    expect(await store.start(id, 1, 't', leaseMs)).toEqual({
      outcome: 'early',
      waitMs: expect.any(Number),
      resends: 0,
    });
    now += 10_000;
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'started' });
    await store.fail(id, 't', { code: 'x', message: 'x' }, now + 500);
    expect(await store.start(id, 2, 'u', leaseMs)).toEqual({ outcome: 'early', waitMs: 500, resends: 0 });
  });

  it('knows no task that it never accepted', async () => {
    expect(await store.start(createTaskId('ada', now), 1, 't', leaseMs)).toEqual({ outcome: 'unknown' });
  });
});

describe('failing', () => {
  const error = { code: 'boom', message: 'It broke "here"\n' };

  it('waits for its next attempt, with the error told', async () => {
    const id = await running('t');
    const { events } = await store.fail(id, 't', error, now + 100);
    expect(events).toMatchObject([{ kind: 'retrying', error, nextAttemptAt: new Date(now + 100).toISOString() }]);
    expect(await findTask(redis, id)).toMatchObject({
      state: 'retrying',
      error,
      nextAttemptAt: new Date(now + 100).toISOString(),
    });
  });

  it('asks for the next message when the one of the failed attempt is delivered again', async () => {
    const id = await running('t');
    await store.fail(id, 't', error, now + 100);
    expect(await store.start(id, 1, 'u', leaseMs)).toMatchObject({
      outcome: 'superseded',
      attempt: 2,
      nextAttemptAt: now + 100,
    });
    now += 100;
    expect(await store.start(id, 2, 'u', leaseMs)).toMatchObject({ outcome: 'started', fields: { attempt: '2' } });
    expect(await store.start(id, 1, 'v', leaseMs)).toEqual({ outcome: 'stale' });
  });

  it('is dead-lettered when no attempt is left, and stays so', async () => {
    const id = await running('t');
    await store.fail(id, 't', error);
    expect(await findTask(redis, id)).toMatchObject({ state: 'dead-lettered', error });
    expect(await store.start(id, 1, 'u', leaseMs)).toMatchObject({
      outcome: 'ended',
      fields: { state: 'dead-lettered' },
    });
    expect(await kinds()).toEqual(['queued', 'started', 'dead-lettered']);
  });

  it('fails once, however often the command arrives', async () => {
    const id = await running('t');
    await store.fail(id, 't', error, now + 100);
    expect(await store.fail(id, 't', error, now + 999)).toEqual({
      outcome: 'retrying',
      events: [],
      nextAttemptAt: now + 100,
    });
  });

  it('is given up when the broker has dead-lettered its message, but not while a worker holds it', async () => {
    const id = await running('t');
    expect(await store.giveUp(id, 1, error)).toMatchObject({ outcome: 'busy', events: [] });
    now += leaseMs;
    expect(await store.giveUp(id, 1, error)).toMatchObject({ outcome: 'dead-lettered' });
    expect(await store.giveUp(id, 1, error)).toMatchObject({ outcome: 'kept', events: [] });
    expect(await findTask(redis, id)).toMatchObject({ state: 'dead-lettered', error });
  });
});

describe('replaying', () => {
  it('sends a dead letter on its way again, with as many attempts as at first', async () => {
    const id = await running('t', { maxAttempts: 1 });
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
    expect(await store.replay(await queued(), 'ada')).toMatchObject({ outcome: 'forbidden-state' });
  });
});

describe('deliveries', () => {
  it('starts a task that may run at most once no second time', async () => {
    const id = await running('first', { delivery: 'at-most-once' });
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({ outcome: 'busy' });
    now += leaseMs;
    expect(await store.start(id, 1, 'second', leaseMs)).toMatchObject({
      outcome: 'ended',
      fields: { state: 'dead-lettered' },
    });
    expect(await findTask(redis, id)).toMatchObject({ error: { code: 'worker-lost' }, delivery: 'at-most-once' });
    expect(await store.complete(id, 'first', '1')).toMatchObject({ outcome: 'lost' });
  });

  it('remembers the first value of a step, for the holder of the lease only', async () => {
    const id = await running('old');
    expect(await store.recordStep(id, 'old', 'charge', '1')).toBe('1');
    now += leaseMs;
    await store.start(id, 1, 'new', leaseMs);
    expect(await store.recordStep(id, 'old', 'charge', '2')).toBeUndefined();
    expect(await store.recordStep(id, 'new', 'charge', '3')).toBe('1');
  });

  it('does not count an attempt that was postponed', async () => {
    const id = await running('t');
    const { events } = await store.fail(id, 't', { code: 'retry-later', message: 'later' }, now + 100, {
      postponed: true,
    });
    expect(events).toMatchObject([{ kind: 'retrying', attempt: 1, maxAttempts: 8 }]);
    expect(await findTask(redis, id)).toMatchObject({ state: 'retrying', attempt: 1, maxAttempts: 8 });
  });
});

describe('cancelling and expiring', () => {
  it('cancels a waiting task, whose message then has nothing to do', async () => {
    const id = await queued();
    expect(await store.cancel(id, 'ada')).toMatchObject({ outcome: 'cancelled' });
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'ended', fields: { state: 'cancelled' } });
  });

  it('cancels a running task, whose worker learns it and can write no more', async () => {
    const id = await running('t');
    await store.cancel(id);
    expect(await store.renewLease(id, 't', leaseMs)).toBe('cancelled');
    expect(await store.complete(id, 't', '1')).toEqual({ outcome: 'lost', events: [] });
  });

  it('refuses to cancel what has ended, and what is another owner’s', async () => {
    const id = await running('t');
    expect(await store.cancel(id, 'bob')).toBeUndefined();
    await store.complete(id, 't', '1');
    expect(await store.cancel(id, 'ada')).toMatchObject({ outcome: 'forbidden-state' });
  });

  it('expires a task that starts too late', async () => {
    const id = await queued({ expiresAt: now + 1_000 });
    now += 1_000;
    expect(await store.start(id, 1, 't', leaseMs)).toMatchObject({ outcome: 'ended', events: [{ kind: 'expired' }] });
  });

  it('tells that a task was accepted before it tells that the task is over, whatever ends it first', async () => {
    const accepted = async () => {
      const task = newTask({ expiresAt: now + 1_000 });
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
    now += 2_000;
    for (const [n, end] of ends.entries()) await end(ids[n]!);
    const kinds = await Promise.all(ids.map(async (id) => (await findTimeline(redis, id)).map(({ kind }) => kind)));
    expect(kinds).toEqual(['expired', 'expired', 'cancelled', 'dead-lettered'].map((last) => ['queued', last]));
  });

  it('expires a waiting task when the sweeper asks, and no other', async () => {
    const waiting = await queued({ expiresAt: now + 1_000 });
    const started = await running('t', { expiresAt: now + 1_000 });
    expect(await store.expire(waiting)).toMatchObject({ events: [] });
    now += 1_000;
    expect(await store.expire(started)).toMatchObject({ events: [] });
  });

  it('forgets a finished task whole', async () => {
    const id = await running('t', { idempotency: idempotency('a') });
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

describe('listing', () => {
  it('shows the newest first, page by page, to the owner only', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift(await queued());
    await queued({ owner: 'bob' });
    const first = await listTasks(redis, { owner: 'ada', limit: 3 });
    expect(first.tasks.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    const second = await listTasks(redis, { owner: 'ada', limit: 3, cursor: first.cursor! });
    expect(second.tasks.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(second.cursor).toBeUndefined();
  });

  it('shows an operator the tasks of all owners in one order', async () => {
    const ids: string[] = [];
    for (const owner of ['ada', 'bob', 'cy', 'ada', 'dee']) ids.unshift(await queued({ owner }));
    const first = await listTasks(redis, { limit: 3 });
    const second = await listTasks(redis, { limit: 3, cursor: first.cursor! });
    expect([...first.tasks, ...second.tasks].map(({ id }) => id)).toEqual(ids);
  });

  it('leaves out a record that cannot be read, and says so', async () => {
    const [sound, corrupt, other] = [await queued(), await queued(), await queued()];
    await redis.hset(taskKey(corrupt), 'details', '{"tags":');
    await redis.set(taskKey(other), 'no hash');
    const warnings: string[] = [];
    const page = await listTasks(redis, { owner: 'ada', limit: 10 }, (text) => warnings.push(String(text)));
    expect(page.tasks.map(({ id }) => id)).toEqual([sound]);
    expect(warnings.sort()).toEqual([expect.stringContaining(corrupt), expect.stringContaining(other)]);
  });

  it('filters by state, type, tag, text and time', async () => {
    const old = await queued({
      type: 'summarize-csv',
      details: { tags: [], priority: 'normal' },
    });
    now += 3_600_000;
    const since = now;
    const young = await running('t');
    const list = async (filter: object) =>
      (await listTasks(redis, { owner: 'ada', limit: 10, ...filter })).tasks.map(({ id }) => id);
    expect(await list({ states: ['queued'] })).toEqual([old]);
    expect(await list({ states: ['queued', 'running'] })).toEqual([young, old]);
    expect(await list({ type: 'echo' })).toEqual([young]);
    expect(await list({ tag: 'urgent' })).toEqual([young]);
    expect(await list({ q: 'SUMMARIZE' })).toEqual([old]);
    expect(await list({ from: since })).toEqual([young]);
    expect(await list({ to: since })).toEqual([old]);
  });
});

describe('events', () => {
  it('carry cursors that only grow, each with the one before it, also within a millisecond and when the clock goes back', async () => {
    for (let i = 0; i < 20; i += 1) {
      await queued();
      now -= 1;
    }
    now -= 10_000;
    await queued();
    const { events } = await readOwnerEvents(redis, 'ada', '0-0', 100);
    expect(events).toHaveLength(21);
    expect(events.map(({ previous }) => previous)).toEqual([
      undefined,
      ...events.slice(0, -1).map(({ cursor }) => cursor),
    ]);
    expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(21);
  });

  it('are read on from any cursor', async () => {
    for (let i = 0; i < 4; i += 1) await queued();
    const first = await readOwnerEvents(redis, 'ada', '0-0', 3);
    const second = await readOwnerEvents(redis, 'ada', first.cursor, 3);
    expect(second.events).toHaveLength(1);
    expect(await readOwnerEvents(redis, 'ada', second.cursor, 3)).toEqual({ events: [], cursor: second.cursor });
    expect(await latestCursor(redis, 'ada')).toBe(second.cursor);
  });

  it('of all owners come merged, and each once', async () => {
    for (const owner of ['ada', 'bob', 'cy', 'dee', 'ada']) await queued({ owner });
    const seen: string[] = [];
    for (let after = '0-0'; ;) {
      const page = await readAllEvents(redis, after, 2);
      if (page.events.length === 0) break;
      seen.push(...page.events.map(({ cursor }) => cursor));
      after = page.cursor;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  it('tell of a gap when what was asked for is no longer kept', async () => {
    await queued();
    const early = (await readOwnerEvents(redis, 'ada', '0-0', 1)).cursor;
    for (let i = 0; i < 3; i += 1) await queued();
    const [stream] = await redis.keys('*:events:ada');
    await redis.xtrim(stream!, 'MAXLEN', 1);
    expect(await readOwnerEvents(redis, 'ada', early, 10)).toMatchObject({ gap: true });
    const late = (await readOwnerEvents(redis, 'ada', '0-0', 10)).events[0]!.previous!;
    expect(await readOwnerEvents(redis, 'ada', late, 10)).not.toHaveProperty('gap');
  });
});
