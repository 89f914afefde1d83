import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { dispatch, type Dispatching } from './dispatch.ts';
import { expireIn, expireInTime } from './expire-in-time.ts';
import { longestHopMs } from './hops.ts';
import { createTaskId, partitionOf } from './task-id.ts';
import { waitingKey } from './task-keys.ts';
import type { OutgoingMessage } from './task-message.ts';
import { findTask } from './task-queries.ts';
import type { TaskFields } from './task-record.ts';
import type { StorableTask } from './new-task.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

const day = 24 * 60 * 60 * 1000;
const leaseMs = 15_000;
let now: number;
let store: TaskStore;
let sent: OutgoingMessage[];
let published: TaskEvent[];
let dispatching: Dispatching;

beforeEach(async () => {
  await redis.flushall();
  now = Date.parse('2026-11-21T09:00:00Z');
  store = new TaskStore(redis, { now: () => now });
  [sent, published] = [[], []];
  dispatching = {
    store,
    send: async (message) => void sent.push(message),
    publish: (_owner, events) => void published.push(...events),
    now: () => now,
  };
});

async function accept(more: Partial<StorableTask> = {}): Promise<TaskFields> {
  const id = createTaskId('ada', now);
  const details = { tags: [], priority: 'normal' as const };
  const task = { id, owner: 'ada', type: 'echo', delivery: 'at-least-once' as const, details, lane: 'tasks' };
  const accepted = await store.accept({ ...task, payload: '{}', payloadBytes: 2, maxAttempts: 7, ...more });
  if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
  return accepted.fields;
}

async function schedule(scheduledFor: number, more: Partial<StorableTask> = {}): Promise<string> {
  const fields = await accept({ scheduledFor, ...more });
  await dispatch(dispatching, fields, 1, scheduledFor);
  return fields.id!;
}

const timeOf = ({ message }: OutgoingMessage) => message.scheduledEnqueueTimeUtc!.getTime();
const start = (id: string, attempt = 1) => store.start(id, attempt, `token-${now}`, leaseMs);

/** Time goes on to when the last message comes; it is delivered, and does what it asks for. */
async function deliver(id: string, attempt = 1) {
  now = Math.max(now, timeOf(sent.at(-1)!));
  const started = await start(id, attempt);
  if (started.outcome === 'hop') await dispatch(dispatching, started.fields, attempt, started.dueAt);
  return started.outcome;
}

describe('a wait of more than a week', () => {
  it('is carried in hops of a week, and ends on time', async () => {
    const dueAt = now + 365 * day;
    const id = await schedule(dueAt);
    expect(timeOf(sent[0]!)).toBe(now + longestHopMs);
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'started') outcomes.push(await deliver(id));
    expect(outcomes).toEqual([...Array<string>(52).fill('hop'), 'started']);
    expect(now).toBe(dueAt);
    expect(new Set(sent.map(({ message }) => message.messageId)).size).toBe(53);
    const gaps = sent.slice(1).map((message, n) => timeOf(message) - timeOf(sent[n]!));
    expect(Math.max(...gaps)).toBe(longestHopMs);
    expect(await redis.exists(waitingKey(partitionOf('ada'), 'outbox'))).toBe(0);
  });

  it('does not multiply when a hop is delivered again, or comes to nothing in between', async () => {
    const id = await schedule(now + 30 * day);
    now += longestHopMs;
    // The process dies before it can send the next hop; the message is delivered to another.
    expect(await start(id)).toMatchObject({ outcome: 'hop' });
    expect(await start(id)).toMatchObject({ outcome: 'early' });
    expect(sent).toHaveLength(1);
    // The sweeper finds it.
    const fields = (await store.resend(id))!;
    await dispatch(dispatching, fields, 1, Number(fields.scheduledFor));
    expect(sent.map(({ message }) => message.messageId)).toEqual([`${id}:1`, `${id}:1.1`]);
    expect(timeOf(sent[1]!)).toBe(now + longestHopMs);
    expect(await start(id)).toMatchObject({ outcome: 'early' });
  });

  it('is found by the sweeper when a hop never comes', async () => {
    const id = await schedule(now + 30 * day);
    const [due] = await redis
      .zrange(waitingKey(partitionOf('ada'), 'outbox'), '0', '-1', 'WITHSCORES')
      .then(([, at]) => [Number(at)]);
    expect(due! - (now + longestHopMs)).toBe(120_000);
    now = due!;
    const fields = (await store.resend(id))!;
    expect(fields.resends).toBe('1');
  });

  it('may be that of a retry', async () => {
    const { id } = (await accept()) as { id: string };
    await store.confirmSent(id, 1);
    await store.start(id, 1, 'token', leaseMs);
    const nextAttemptAt = now + 10 * day;
    const failed = await store.fail(id, 'token', { code: 'later', message: 'Later.' }, nextAttemptAt, {
      postponed: true,
    });
    expect(failed).toMatchObject({ outcome: 'retrying', nextAttemptAt });
    await dispatch(dispatching, await redis.hgetall(`{amo:${id.slice(-1)}}:task:${id}`), 2, nextAttemptAt);
    expect([await deliver(id, 2), await deliver(id, 2)]).toEqual(['hop', 'started']);
    expect(now).toBe(nextAttemptAt);
  });

  it('of a week and less takes one message', async () => {
    const id = await schedule(now + longestHopMs);
    expect(timeOf(sent[0]!)).toBe(now + longestHopMs);
    expect(await deliver(id)).toBe('started');
    expect(sent).toHaveLength(1);
  });
});

describe('rescheduling', () => {
  async function reschedule(id: string, scheduledFor: number) {
    const changed = (await store.reschedule(id, 'ada', scheduledFor))!;
    published.push(...changed.events);
    if (changed.outcome === 'rescheduled') await dispatch(dispatching, changed.fields, 1, scheduledFor);
    return changed.outcome;
  }

  it('to an earlier time runs then, and the old message finds it gone on', async () => {
    const id = await schedule(now + 60 * 60_000);
    const earlier = now + 5 * 60_000;
    expect(await reschedule(id, earlier)).toBe('rescheduled');
    expect(sent.map(({ message }) => message.messageId)).toEqual([`${id}:1`, `${id}:1.1`]);
    expect(await findTask(redis, id)).toMatchObject({
      state: 'scheduled',
      scheduledFor: new Date(earlier).toISOString(),
    });
    now = earlier;
    expect(await store.start(id, 1, 'token', leaseMs)).toMatchObject({ outcome: 'started' });
    await store.complete(id, 'token', '1');
    now += 55 * 60_000;
    expect(await start(id)).toMatchObject({ outcome: 'ended', fields: { state: 'completed' } });
    expect(published.map(({ kind }) => kind)).toEqual(['scheduled', 'scheduled']);
    expect(published[1]).toMatchObject({ state: 'scheduled', scheduledFor: new Date(earlier).toISOString() });
  });

  it('to a later time does not run at the old one', async () => {
    const old = now + 5 * 60_000;
    const id = await schedule(old);
    const later = now + 60 * 60_000;
    expect(await reschedule(id, later)).toBe('rescheduled');
    now = old;
    expect(await start(id)).toMatchObject({ outcome: 'early', waitMs: 55 * 60_000 });
    expect(await deliver(id)).toBe('started');
    expect(now).toBe(later);
  });

  it('over and over gives each message an ID of its own, and runs once', async () => {
    const id = await schedule(now + 60 * 60_000);
    for (const minutes of [90, 30, 45, 0]) expect(await reschedule(id, now + minutes * 60_000)).toBe('rescheduled');
    expect(sent.map(({ message }) => message.messageId)).toEqual(
      ['1', '1.1', '1.2', '1.3', '1.4'].map((n) => `${id}:${n}`),
    );
    expect(await start(id)).toMatchObject({ outcome: 'started' });
    now += 1_000;
    expect(await start(id)).toMatchObject({ outcome: 'busy' });
  });

  it('from months to minutes and back goes by the new time', async () => {
    const id = await schedule(now + 100 * day);
    await reschedule(id, now + 60_000);
    await reschedule(id, now + 100 * day);
    const started = now;
    const outcomes: string[] = [];
    while (outcomes.at(-1) !== 'started') outcomes.push(await deliver(id));
    expect(outcomes).toHaveLength(15);
    expect(now).toBe(started + 100 * day);
  });

  it('is refused for what does not wait for its time, and for another owner', async () => {
    const { id } = (await accept()) as { id: string };
    await store.confirmSent(id, 1);
    expect(await store.reschedule(id, 'ada', now + 1_000)).toMatchObject({ outcome: 'forbidden-state' });
    expect(await store.reschedule(id, 'bob', now + 1_000)).toBeUndefined();
    await store.start(id, 1, 'token', leaseMs);
    expect(await store.reschedule(id, 'ada', now + 1_000)).toMatchObject({ outcome: 'forbidden-state' });
  });

  it('is refused beyond the time when the task expires', async () => {
    const id = await schedule(now + 1_000, { expiresAt: now + 60_000 });
    expect(await reschedule(id, now + 60_000)).toBe('expires');
    expect(await reschedule(id, now + 59_000)).toBe('rescheduled');
  });

  it('asked for twice tells of it once', async () => {
    const id = await schedule(now + 1_000);
    const first = await store.reschedule(id, 'ada', now + 2_000);
    expect(first).toMatchObject({ events: [{ kind: 'scheduled' }] });
    expect(await store.reschedule(id, 'ada', now + 2_000)).toEqual({ ...first, events: [] });
  });

  it('is sent by the sweeper when the process dies before it can', async () => {
    const id = await schedule(now + 1_000);
    await store.reschedule(id, 'ada', now + 60 * 60_000);
    // Of the first message; comes too late to speak for the second.
    await store.confirmSent(id, 1);
    const [, score] = await redis.zrange(waitingKey(partitionOf('ada'), 'outbox'), '0', '-1', 'WITHSCORES');
    expect(Number(score)).toBe(now);
    expect(await store.resend(id)).toMatchObject({ resends: '1' });
  });

  it('of one that waits for its turn gives the turn to the next', async () => {
    const orderingKey = 'k';
    const details = { tags: [], priority: 'normal' as const, orderingKey };
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      ids.push(await schedule(now + 1_000, { orderingKey, details, lane: 'tasks-ordered' }));
      now += 1;
    }
    now += 1_000;
    const [first, second, third] = ids as [string, string, string];
    await store.start(first, 1, 'token', leaseMs);
    expect(await start(second)).toMatchObject({ outcome: 'parked' });
    expect(await start(third)).toMatchObject({ outcome: 'parked' });
    expect(await reschedule(second, now + 60_000)).toBe('rescheduled');
    expect((await findTask(redis, second))!.waitingFor).toBeUndefined();
    const woken: string[] = [];
    const watching = new TaskStore(redis, {
      now: () => now,
      onWoken: (tasks) => woken.push(...tasks.map(({ id }) => id!)),
    });
    await watching.complete(first, 'token', '1');
    expect(woken).toEqual([third]);
    expect(await start(third)).toMatchObject({ outcome: 'started' });
  });
});

describe('a task that still waits when its time ends', () => {
  beforeEach(() => {
    now = Date.now();
    store = new TaskStore(redis);
    dispatching = { ...dispatching, store };
  });
  const untilExpired = async (id: string) => {
    while ((await findTask(redis, id))!.state !== 'expired') await new Promise((resolve) => setTimeout(resolve, 10));
    return Date.now();
  };

  it('expires at that time, not with the next sweep', async () => {
    const { id, expiresAt } = (await accept({ expiresAt: now + 700 })) as { id: string; expiresAt: string };
    await expireInTime(dispatching, redis, Date.now());
    const at = await untilExpired(id);
    expect(at).toBeGreaterThanOrEqual(Number(expiresAt));
    while (published.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(published).toMatchObject([
      { taskId: id, kind: 'queued' },
      { taskId: id, kind: 'expired' },
    ]);
  });

  it('asked too early stays, and is found by the sweeper', async () => {
    const { id } = (await accept({ expiresAt: now + 60_000 })) as { id: string };
    expireIn(dispatching, id, 0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await findTask(redis, id)).toMatchObject({ state: 'queued' });
    expect(await redis.zrange(waitingKey(partitionOf('ada'), 'expiring'), '0', '-1')).toEqual([id]);
  });
});
