import type { Redis } from 'ioredis';
import * as z from 'zod';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { TypeSlots } from '../limits/type-slots.ts';
import { defineTaskType, RetryLater } from '../task-types/define-task-type.ts';
import { dispatch, dispatchWoken, settleWoken } from './dispatch.ts';
import type { Engine } from './engine.ts';
import { DeadLettered, runTask } from './run-task.ts';
import { createTaskId } from './task-id.ts';
import { type OutgoingMessage, readTaskMessage, type TaskMessage } from './task-message.ts';
import { taskKey } from './task-keys.ts';
import { findTask } from './task-queries.ts';
import type { NewTask } from './new-task.ts';
import { TaskStore } from './task-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

let now: number;
let sent: OutgoingMessage[];
let waits: number[];
let engine: Engine;
/** What handlers do, by task; the others end at once. */
let handlers: Map<string, () => Promise<void>>;

const narrow = defineTaskType({
  name: 'narrow',
  title: 'One at a time',
  schema: z.string(),
  example: '',
  run: async ({ taskId }) => handlers.get(taskId)?.(),
});

beforeEach(async () => {
  await redis.flushall();
  now = Date.parse('2026-11-21T09:00:00Z');
  [sent, waits, handlers] = [[], [], new Map()];
  const store: TaskStore = new TaskStore(redis, {
    now: () => now,
    onWoken: (tasks) => dispatchWoken({ ...engine, store }, tasks),
  });
  let tokens = 0;
  engine = {
    store,
    taskTypes: new Map([['narrow', narrow]]),
    typeSlots: new TypeSlots(redis, () => 1, 15_000),
    leaseMs: 15_000,
    timeLimitMs: 60_000,
    resultLimitBytes: 1_000_000,
    retry: { firstDelayMs: 100, factor: 2, maxDelayMs: 300_000, jitter: 0 },
    readPayload: async () => '""',
    send: async (message) => void sent.push(message),
    publish: () => undefined,
    callBack: async () => undefined,
    onStarted: () => undefined,
    log: () => undefined,
    keepLogs: async () => undefined,
    tellLogs: () => undefined,
    createToken: () => `token-${(tokens += 1)}`,
    random: () => 0.5,
    now: () => now,
    wait: async (milliseconds) => void waits.push((now += milliseconds)),
  };
});

async function submit(more: Partial<NewTask> = {}): Promise<string> {
  const id = createTaskId('ada', (now += 1));
  const base = { id, owner: 'ada', type: 'narrow', delivery: 'at-least-once', maxAttempts: 7, lane: 'tasks' } as const;
  const details = { tags: [], priority: 'normal' } as const;
  const accepted = await engine.store.accept({ ...base, details, payload: '""', payloadBytes: 2, ...more });
  if (accepted.outcome !== 'accepted') throw new Error(accepted.outcome);
  await dispatch(engine, accepted.fields, 1, more.scheduledFor);
  return id;
}

/** As ProcessQueue reads it. */
function read({ message }: OutgoingMessage): TaskMessage {
  const { messageId, applicationProperties } = message;
  return readTaskMessage(message.body, { messageId, applicationProperties });
}

const messageOf = (id: string) => read(sent.findLast(({ message }) => message.body === id)!);
const deliver = (id: string, more: Partial<TaskMessage> = {}) => runTask(engine, { ...messageOf(id), ...more });
const stateOf = async (id: string) => (await findTask(redis, id))!.state;
const messagesOf = (id: string) => sent.filter(({ message }) => message.body === id).map(({ message }) => message.messageId); // prettier-ignore

/** The task runs until the returned function is called, which resolves when its worker is done with it. */
async function run(id: string): Promise<() => Promise<void>> {
  const [began, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  handlers.set(id, () => (began.resolve(), mayEnd.promise));
  const done = deliver(id);
  await began.promise;
  return async () => {
    mayEnd.resolve();
    await done;
    await settleWoken();
  };
}

describe('of a type of which one runs at a time', () => {
  it('a task is woken by a place that was given back while it was being parked', async () => {
    const [first, second] = [await submit(), await submit()];
    const endFirst = await run(first);
    const park = engine.store.park.bind(engine.store);
    engine.store.park = async (...args) => {
      await endFirst();
      return park(...args);
    };
    await deliver(second);
    await settleWoken();
    expect(messagesOf(second)).toEqual([`${second}:1`, `${second}:1.1`]);
    await deliver(second);
    expect(await stateOf(second)).toBe('completed');
  });

  it('a task that waits does not start because its message comes twice', async () => {
    const [first, second] = [await submit(), await submit()];
    const endFirst = await run(first);
    await deliver(second);
    await deliver(second);
    expect(await stateOf(second)).toBe('queued');
    await endFirst();
    expect(messagesOf(second)).toEqual([`${second}:1`, `${second}:1.1`]);
  });

  it.each([undefined, 'wide'])('a task waits although its message says that it is of type %s', async (taskType) => {
    engine = { ...engine, typeSlots: new TypeSlots(redis, (type) => (type === 'narrow' ? 1 : 0), 15_000) };
    const [first, second] = [await submit(), await submit()];
    const endFirst = await run(first);
    await deliver(second, { taskType });
    expect(await stateOf(second)).toBe('queued');
    await endFirst();
    await deliver(second, { taskType });
    expect(await stateOf(second)).toBe('completed');
  });

  it('a task that was taken over from a dead worker takes a place of those that come next', async () => {
    const [first, second] = [await submit(), await submit()];
    await engine.store.start(first, 1, 'token of the dead', engine.leaseMs);
    const held = await engine.typeSlots.take('narrow', 'held by another meanwhile');
    now += engine.leaseMs;
    const endFirst = await run(first);
    await held!();
    await deliver(second);
    expect(await stateOf(second)).toBe('queued');
    await endFirst();
    await deliver(second);
    expect(await stateOf(second)).toBe('completed');
  });
});

it('tells of each start, and of each end, however that comes', async () => {
  const told: string[] = [];
  engine = { ...engine, typeSlots: new TypeSlots(redis, () => 0, 15_000), onStarted: () => told.push('+'), onEnded: () => told.push('-') }; // prettier-ignore
  const [good, bad] = [await submit(), await submit({ maxAttempts: 1 })];
  await deliver(good);
  handlers.set(bad, () => Promise.reject(new Error('no')));
  await expect(deliver(bad)).rejects.toThrow(DeadLettered);
  expect(told).toEqual(['+', '-', '+', '-']);
});

it('waits as after a first attempt where those before were put off, or are of before a replay', async () => {
  const id = await submit({ maxAttempts: 2 });
  const outcomes = [new RetryLater({ after: 1_000 }), new RetryLater({ after: 1_000 }), new Error('1'), new Error('2')];
  handlers.set(id, () => Promise.reject(outcomes.shift() ?? new Error('again')));
  const attempt = async () => {
    await deliver(id).catch((error: unknown) => expect(error).toBeInstanceOf(DeadLettered));
    const waitsFor = Number(await redis.hget(taskKey(id), 'nextAttemptAt')) - now;
    now += 10_000;
    return waitsFor;
  };
  expect([await attempt(), await attempt(), await attempt()]).toEqual([1_000, 1_000, 100]);
  await attempt();
  expect(await stateOf(id)).toBe('dead-lettered');
  const replayed = await engine.store.replay(id);
  if (replayed?.outcome !== 'replayed') throw new Error(replayed?.outcome);
  await dispatch(engine, replayed.fields, 5);
  expect(await attempt()).toBe(100);
});

describe('a worker', () => {
  it('waits for the time of a message that comes a little too early', async () => {
    const id = await submit({ scheduledFor: now + 5_000 });
    await deliver(id);
    expect(waits).toHaveLength(1);
    expect(await stateOf(id)).toBe('completed');
  });

  it('does not wait with the message of a time that has been given up for another', async () => {
    const id = await submit({ scheduledFor: now + 5_000 });
    const old = messageOf(id);
    const { fields } = (await engine.store.reschedule(id, 'ada', now + 50_000))!;
    await dispatch(engine, fields, 1, now + 50_000);
    now += 5_000;
    await runTask(engine, old);
    expect([waits, await stateOf(id)]).toEqual([[], 'scheduled']);
    now += 45_000;
    await deliver(id);
    expect(await stateOf(id)).toBe('completed');
  });

  it('waits for the lease of a worker that died before it heard that its task was cancelled, and lets its key go', async () => {
    engine = { ...engine, typeSlots: new TypeSlots(redis, () => 0, 15_000) };
    const [cancelled, next] = [
      await submit({ concurrencyKey: 'printer' }),
      await submit({ concurrencyKey: 'printer' }),
    ];
    await engine.store.start(cancelled, 1, 'token of the dead', engine.leaseMs);
    await deliver(next);
    await engine.store.cancel(cancelled);
    await deliver(cancelled);
    await settleWoken();
    await deliver(next);
    expect([await stateOf(cancelled), await stateOf(next)]).toEqual(['cancelled', 'completed']);
  });

  it('does not wait with a message that none of us has sent', async () => {
    const [early, running] = [await submit({ scheduledFor: now + 5_000 }), await submit()];
    const end = await run(running);
    await deliver(early, { resends: undefined });
    await deliver(running, { resends: undefined });
    expect(waits).toEqual([]);
    await end();
  });
});
