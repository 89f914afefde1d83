import type { ServiceBusReceivedMessage, ServiceBusReceiver, ServiceBusSender } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import Long from 'long';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import { replayQueue } from '../../contracts/names.ts';
import { removeDeadPlanMessages } from '../../functions/dead-letters/sweep-plans.ts';
import { findDeadLetters } from '../../functions/dead-letters/find-dead-letters.ts';
import { dispatch } from '../../functions/tasks/dispatch.ts';
import type { Engine } from '../../functions/tasks/engine.ts';
import { type Lane, lanes } from '../../functions/tasks/lanes.ts';
import { removeObsoleteMessages } from '../../functions/tasks/remove-obsolete-messages.ts';
import { TypeSlots } from '../../functions/limits/type-slots.ts';
import { sweepDeadLetters } from '../../functions/tasks/sweep-dead-letters.ts';
import { sweepTasks } from '../../functions/tasks/sweep-tasks.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import { taskKey } from '../../functions/tasks/task-keys.ts';
import { findTask } from '../../functions/tasks/task-queries.ts';
import { TaskStore } from '../../functions/tasks/task-store.ts';
import { startNamespace, type TestNamespace } from '../conformance/service-bus/namespace.ts';
import { failOnce, makeDeadLetter } from '../support/dead-letters.ts';
import { useTestRedis } from '../support/test-redis.ts';

jest.setTimeout(180_000);

let redis: Redis;
let namespace: TestNamespace;
// Before useTestRedis, as hooks run in their order: the clients go first, then their servers.
afterAll(async () => {
  await namespace.close();
  redis.disconnect();
});
const testRedis = useTestRedis();

/** Locks of 5 s, the shortest there are: so long a message stays out of reach when its receiver dies. */
const quick = structuredClone(entities);
for (const { Properties } of quick.UserConfig.Namespaces[0]!.Queues) Properties.LockDuration = 'PT5S';

const senders = new Map<string, ServiceBusSender>();
let now = Date.parse('2026-01-05T10:00:00Z');
let engine: Engine;

beforeAll(async () => {
  redis = testRedis.connect({ isPipelined: true });
  namespace = await startNamespace(quick);
  for (const { queue } of lanes) senders.set(queue, namespace.client.createSender(queue));
});
beforeEach(async () => {
  await redis.flushall();
  for (const { queue } of lanes) await empty(openDeadLetters(queue));
  await empty(namespace.client.createReceiver('tasks'));
  engine = {
    store: new TaskStore(redis, { now: () => now }),
    taskTypes: new Map(),
    typeSlots: new TypeSlots(redis, () => 0, 15_000),
    leaseMs: 15_000,
    timeLimitMs: 60_000,
    resultLimitBytes: 1_000_000,
    retry: { firstDelayMs: 100, factor: 2, maxDelayMs: 300_000, jitter: 0 },
    readPayload: async () => undefined,
    send: ({ queue, message }) => senders.get(queue)!.sendMessages(message),
    publish: () => undefined,
    callBack: async () => undefined,
    onStarted: () => undefined,
    log: () => undefined,
    keepLogs: async () => undefined,
    tellLogs: () => undefined,
    createToken: () => 'token',
    random: () => 0.5,
    now: () => now,
  };
});

const openDeadLetters = (queue: string, client = namespace.client) =>
  client.createReceiver(queue, { subQueueType: 'deadLetter' });

async function empty(receiver: ServiceBusReceiver): Promise<void> {
  while ((await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).length > 0) {
    for (const message of await receiver.receiveMessages(500, { maxWaitTimeInMs: 500 })) await receiver.completeMessage(message);
  }
  await receiver.close();
} // prettier-ignore

async function peek(queue: string, from: bigint, count: number): Promise<ServiceBusReceivedMessage[]> {
  const receiver = openDeadLetters(queue);
  const messages = await receiver.peekMessages(count, { fromSequenceNumber: Long.fromString(String(from)) });
  await receiver.close();
  return messages;
}

/** Takes the next message of a lane. */
async function receive({ queue, kind }: Lane) {
  const receiver =
    kind === 'ordered' ? await namespace.client.acceptNextSession(queue) : namespace.client.createReceiver(queue);
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
  if (message === undefined) throw new Error(`No message came through ${queue}.`);
  return { receiver, message };
}

async function receiveAnd(lane: Lane, action: 'complete' | 'deadLetter'): Promise<ServiceBusReceivedMessage> {
  const { receiver, message } = await receive(lane);
  await (action === 'complete' ? receiver.completeMessage(message) : receiver.deadLetterMessage(message));
  await receiver.close();
  return message;
} // prettier-ignore

async function submit({ queue, kind }: Lane): Promise<string> {
  const id = createTaskId('ada', (now += 1));
  const orderingKey = kind === 'ordered' ? `key-${now}` : undefined;
  await engine.store.accept({
    id, owner: 'ada', lane: queue, type: 'echo', delivery: 'at-least-once', payload: '{}', payloadBytes: 2, maxAttempts: 1,
    details: { tags: [], priority: 'normal', ...(orderingKey && { orderingKey }) },
    ...(orderingKey && { orderingKey }),
  }); // prettier-ignore
  await dispatch(engine, await redis.hgetall(taskKey(id)), 1);
  return id;
}

/** One round of the sweeper's; it is repeatable, and two rounds put everything right. */
async function sweep(open: (queue: string) => ServiceBusReceiver = openDeadLetters): Promise<void> {
  now += 30_000;
  await sweepTasks(engine, redis, { retentionMs: 7 * 24 * 60 * 60_000, deleteBlob: async () => undefined });
  await removeObsoleteMessages(redis, lanes.map(({ queue }) => () => open(queue)));
  for (const { queue } of lanes) await sweepDeadLetters(engine, queue, peek);
} // prettier-ignore

async function evidence(): Promise<string[]> {
  const pages = await Promise.all(lanes.map(({ queue }) => peek(queue, 1n, 250)));
  return pages.flat().map(({ body }) => String(body));
}

const listed = async () => (await findDeadLetters(redis, {}, { lookAtMost: 1_000 })).letters.map(({ id }) => id);
const replay = async (id: string) => {
  const replayed = await engine.store.replay(id);
  if (replayed?.outcome !== 'replayed') throw new Error(`Replaying ended as ${replayed?.outcome}.`);
  await dispatch(engine, replayed.fields, Number(replayed.fields.attempt) + 1);
};

describe.each(lanes.filter(({ kind }) => kind === 'normal' || kind === 'ordered'))('in the lane $queue', (lane) => {
  it('a message that was dead-lettered by hand makes its task a dead letter, which can be replayed', async () => {
    const id = await submit(lane);
    await receiveAnd(lane, 'deadLetter');
    await sweep();
    expect(await findTask(redis, id)).toMatchObject({ state: 'dead-lettered', attempt: 1, error: { code: 'delivery-limit' } });
    expect(await listed()).toEqual([id]);
    await sweep();
    expect(await evidence()).toEqual([id]);
    await replay(id);
    expect(await receiveAnd(lane, 'complete')).toMatchObject({ body: id, applicationProperties: { attempt: 2 } });
    expect(await engine.store.start(id, 2, 'token', 15_000)).toMatchObject({ outcome: 'started' });
    await sweep();
    expect(await evidence()).toEqual([]);
  }); // prettier-ignore

  it('a dead letter whose message was lost stays one, and is replayed as any other', async () => {
    const id = await submit(lane);
    await receiveAnd(lane, 'complete');
    await failOnce(engine.store, id, 1);
    await sweep();
    expect(await listed()).toEqual([id]);
    await replay(id);
    await sweep();
    expect(await receiveAnd(lane, 'complete')).toMatchObject({ body: id });
    await sweep();
    expect(await redis.keys('*obsolete*')).toEqual([]);
  });

  it.each(['completed', 'cancelled', 'discarded', 'retrying', 'running'])('a message whose task is %s is taken out', async (state) => {
    const id = await submit(lane);
    await receiveAnd(lane, 'deadLetter');
    const { store } = engine;
    if (state === 'cancelled') await store.cancel(id);
    else await store.start(id, 1, 'token', 3_600_000);
    if (state === 'completed') await store.complete(id, 'token', '1');
    if (state === 'retrying' || state === 'running') await store.fail(id, 'token', { code: 'x', message: 'x' }, now + 1);
    if (state === 'running') await store.start(id, 2, 'other', (now += 3_600_000));
    if (state === 'discarded') {
      await store.fail(id, 'token', { code: 'x', message: 'x' });
      await store.discard(id, { reason: 'x', by: 'ada', at: new Date(now).toISOString() });
    }
    await sweep();
    await sweep();
    expect(await evidence()).toEqual([]);
    expect(await findTask(redis, id)).toMatchObject({ state: state === 'discarded' ? 'dead-lettered' : state });
    if (state === 'retrying') await receiveAnd(lane, 'complete');
  }); // prettier-ignore
});

it.each([['the ID', (id: string) => id], ['the ID in quotes', (id: string) => `"${id}"`]])('a copy of a waiting task\'s message, with %s as its body, is taken out', async (_, body) => {
  const tasks = lanes.find(({ queue }) => queue === 'tasks')!;
  const id = await submit(tasks);
  const own = await receive(tasks);
  await senders.get('tasks')!.sendMessages({ body: body(id), messageId: `copy of ${id}`, timeToLive: 1 });
  while ((await evidence()).length === 0) await new Promise((ended) => setTimeout(ended, 100));
  await sweep();
  expect(await findTask(redis, id)).toMatchObject({ state: 'queued' });
  await sweep();
  expect(await evidence()).toEqual([]);
  await own.receiver.completeMessage(own.message);
  await own.receiver.close();
}); // prettier-ignore

it('a message that another has followed is taken out, and the task waits for that', async () => {
  const tasks = lanes.find(({ queue }) => queue === 'tasks')!;
  const id = await submit(tasks);
  await receiveAnd(tasks, 'deadLetter');
  now += 3_600_000;
  await dispatch(engine, (await engine.store.resend(id))!, 1);
  for (let round = 0; round < 2; round += 1) await sweep();
  expect(await findTask(redis, id)).toMatchObject({ state: 'queued' });
  expect(await evidence()).toEqual([]);
  expect(await receiveAnd(tasks, 'complete')).toMatchObject({ body: id, messageId: `${id}:1.1` });
});

it('leaves alone what it does not know: it may be the last trace of something', async () => {
  const unknown = createTaskId('ada', now);
  const bodies = [unknown, 'not an ID', { some: 'object' }];
  for (const body of bodies) {
    await senders.get('tasks')!.sendMessages({ body, applicationProperties: { attempt: 1 } });
    await receiveAnd(
      lanes.find(({ queue }) => queue === 'tasks')!,
      'deadLetter',
    );
  }
  await sweep();
  await sweep();
  expect(await evidence()).toHaveLength(3);
});

it('takes out messages of replay plans that the broker gave up on', async () => {
  const sender = namespace.client.createSender(replayQueue);
  await sender.sendMessages({ body: createTaskId('ada', now), messageId: 'plan' });
  await sender.close();
  const receiver = namespace.client.createReceiver(replayQueue);
  for (const message of await receiver.receiveMessages(1)) await receiver.deadLetterMessage(message);
  await receiver.close();
  expect(await peek(replayQueue, 1n, 10)).toHaveLength(1);
  for (let round = 0; round < 2; round += 1) await removeDeadPlanMessages(() => openDeadLetters(replayQueue));
  expect(await peek(replayQueue, 1n, 10)).toEqual([]);
});

it('keeps the evidence of other dead letters while it takes out what was replayed', async () => {
  const tasks = lanes.find(({ queue }) => queue === 'tasks')!;
  const ids: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    ids.push(await submit(tasks));
    await engine.store.start(ids.at(-1)!, 1, 'token', 15_000);
    await engine.store.fail(ids.at(-1)!, 'token', { code: 'x', message: 'x' });
    await receiveAnd(tasks, 'deadLetter');
  }
  const replayed = ids.filter((_, n) => n % 3 === 0);
  for (const id of replayed) await replay(id);
  await sweep();
  const left = ids.filter((id) => !replayed.includes(id));
  expect(new Set(await evidence())).toEqual(new Set(left));
  expect(new Set(await listed())).toEqual(new Set(left));
  for (let n = 0; n < replayed.length; n += 1) await receiveAnd(tasks, 'complete');
});

describe('a process that dies', () => {
  /** Dies at the k-th of these calls, before or after it has its effect. */
  function dyingAt(step: number, when: 'before' | 'after') {
    let left = step;
    const call = async <T>(work: () => Promise<T>): Promise<T> => {
      left -= 1;
      if (left < 0 || (left === 0 && when === 'before')) throw new Error('killed');
      const result = await work();
      if (left === 0) throw new Error('killed');
      return result;
    };
    return function dying<T extends object>(target: T, ...names: (keyof T)[]): T {
      const methods = names.map((name) => {
        const method = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
        return [name, (...args: unknown[]) => call(() => method(...args))];
      });
      return Object.assign(Object.create(target) as T, Object.fromEntries(methods) as Partial<T>);
    };
  }

  it.each(['before', 'after'] as const)('%s any step of a replay, or of taking its message out, is put right by the sweeper', async (when) => {
    const tasks = lanes.find(({ queue }) => queue === 'tasks')!;
    let died = true;
    let step: number;
    for (step = 1; died; step += 1) {
      died = false;
      const id = await makeDeadLetter(engine.store, (now += 1));
      await senders.get('tasks')!.sendMessages({ body: id, applicationProperties: { attempt: 1 } });
      await receiveAnd(tasks, 'deadLetter');
      const dying = dyingAt(step, when);
      const whole = engine;
      engine = dying({ ...whole, store: dying(whole.store, 'replay', 'confirmSent') }, 'send');
      // A connection of its own: as long as it is there, the SDK renews the locks of what it received.
      const client = namespace.connect();
      const open = (queue: string) => dying(openDeadLetters(queue, client), 'receiveMessages', 'completeMessage', 'close');
      const killed = (error: Error) => {
        died = true;
        expect(error.message).toBe('killed');
      };
      await replay(id).catch(killed);
      if (!died) await sweep(open).catch(killed);
      engine = whole;
      await client.close();
      if ((await findTask(redis, id))!.state === 'dead-lettered') await replay(id);
      await sweep();
      if ((await evidence()).length > 0) await new Promise((ended) => setTimeout(ended, 5_100));
      await sweep();
      await sweep();
      expect(await evidence()).toEqual([]);
      expect(await listed()).toEqual([]);
      expect(await receiveAnd(tasks, 'complete')).toMatchObject({ body: id, applicationProperties: { attempt: 2 } });
      expect(await engine.store.start(id, 2, 'token', 15_000)).toMatchObject({ outcome: 'started' });
      await engine.store.complete(id, 'token', '1');
    }
    expect(step).toBeGreaterThan(6);
  }); // prettier-ignore
});
