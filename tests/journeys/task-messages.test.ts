import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import Long from 'long';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

let api: Api;
let serviceBus: ServiceBusClient;
let redis: Redis;
// Before useStack, as hooks run in their order: the clients go first, then their servers.
afterAll(async () => {
  await serviceBus.close();
  redis.disconnect();
});
const stack = useStack();

beforeAll(() => {
  api = new Api(stack().baseUrl);
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
  redis = new Redis(stack().redisUrl);
});

/** Looks into the dead-letter queue until the message with this ID is there. */
async function deadLetterOf(messageId: string) {
  const receiver = serviceBus.createReceiver('tasks', { subQueueType: 'deadLetter' });
  try {
    for (;;) {
      const messages = await receiver.peekMessages(250, { fromSequenceNumber: Long.ONE });
      const found = messages.find((message) => message.messageId === messageId);
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await receiver.close();
  }
}

const kindsOf = (events: TaskEvent[]) => events.map(({ kind }) => kind);
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe('a task', () => {
  it('is dead-lettered after its attempts, and its message lies in the dead-letter queue', async () => {
    const { id } = await api.submit('echo', { message: 1, failures: 50 }, { maxAttempts: 3 });
    expect(await api.ended(id)).toMatchObject({
      state: 'dead-lettered',
      attempt: 3,
      error: { code: 'handler-failed' },
    });
    expect(kindsOf(await api.timeline(id)).at(-1)).toBe('dead-lettered');
    expect(await deadLetterOf(`${id}:3`)).toMatchObject({
      body: id,
      messageId: `${id}:3`,
      applicationProperties: { taskType: 'echo', owner: 'local-user', attempt: 3 },
    });
  });

  it('is replayed from the dead letters, with its message taken out of the dead-letter queue', async () => {
    const { id } = await api.submit('echo', { message: 'again', failures: 2 }, { maxAttempts: 2 });
    expect(await api.ended(id)).toMatchObject({ state: 'dead-lettered', attempt: 2 });
    await deadLetterOf(`${id}:2`);
    const other = await api.submit('echo', { message: 1, permanent: true });
    await deadLetterOf(`${other.id}:1`);
    expect(await api.post(`/api/tasks/${id}/replay`, '')).toMatchObject({ status: 200, body: { id, state: 'queued' } });
    expect(await api.ended(id)).toMatchObject({ state: 'completed', attempt: 3, result: { message: 'again' } });
    expect(await api.post(`/api/tasks/${id}/replay`, '')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    const receiver = serviceBus.createReceiver('tasks', { subQueueType: 'deadLetter' });
    const left = async () =>
      (await receiver.peekMessages(250, { fromSequenceNumber: Long.ONE })).map(({ messageId }) => messageId);
    while ((await left()).includes(`${id}:2`)) await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await left()).toContain(`${other.id}:1`);
    await receiver.close();
  });

  it('waits for its time, with nothing but its ID in the queue', async () => {
    const { id, state } = await api.submit('echo', { message: 'secret payload' }, { scheduledFor: inAnHour() });
    expect(state).toBe('scheduled');
    const receiver = serviceBus.createReceiver('tasks');
    const peeked = await receiver.peekMessages(100);
    await receiver.close();
    const message = peeked.find(({ messageId }) => messageId === `${id}:1`);
    expect(message).toMatchObject({
      body: id,
      applicationProperties: { taskType: 'echo', owner: 'local-user', attempt: 1 },
    });
    expect(Object.keys(message!.applicationProperties!).sort()).toEqual(
      expect.arrayContaining(['attempt', 'owner', 'taskType']),
    );
    await api.post(`/api/tasks/${id}/cancel`, '');

    const scheduledFor = new Date(Date.now() + 1_500).toISOString();
    const task = await api.ended((await api.submit('echo', { message: 'soon' }, { scheduledFor })).id);
    expect(task.state).toBe('completed');
    expect(Date.parse(task.startedAt!)).toBeGreaterThanOrEqual(Date.parse(scheduledFor));
  });
});

describe('a message in the queue', () => {
  const send = async (body: unknown, messageId: string) => {
    const sender = serviceBus.createSender('tasks');
    await sender.sendMessages({ body, messageId });
    await sender.close();
  };

  it('whose ID nobody knows goes to the dead-letter queue, and others go on', async () => {
    const unknown = createTaskId('ada', Date.now());
    await send(unknown, `${unknown}:1`);
    await send({ not: 'an ID' }, 'garbage-1');
    const { id } = await api.submit('echo', { message: 'meanwhile' });
    expect(await api.ended(id)).toMatchObject({ state: 'completed' });
    expect(await deadLetterOf(`${unknown}:1`)).toMatchObject({
      body: unknown,
      deadLetterReason: 'MaxDeliveryCountExceeded',
    });
    expect(await deadLetterOf('garbage-1')).toMatchObject({ body: { not: 'an ID' } });
  });

  it('that comes long before the time of its task does not start it', async () => {
    const { id } = await api.submit('echo', { message: 1 }, { scheduledFor: inAnHour() });
    await send(id, `early:${id}`);
    const { id: later } = await api.submit('echo', { message: 1 });
    await api.ended(later);
    expect(await api.task(id)).toMatchObject({ state: 'scheduled' });
  });

  it('whose payload is gone makes its task a dead letter that says so', async () => {
    const { id } = await api.submit('echo', { message: 1 }, { scheduledFor: inAnHour() });
    const [payloadKey] = await redis.keys(`*:payload:${id}`);
    await redis.del(payloadKey!);
    await api.post(`/api/tasks/${id}/reschedule`, { scheduledFor: null });
    expect(await api.ended(id)).toMatchObject({
      state: 'dead-lettered',
      attempt: 1,
      error: { code: 'payload-missing' },
    });
    expect(await api.call(`/api/tasks/${id}/payload`)).toMatchObject({
      status: 404,
      body: { code: 'payload-missing' },
    });
  });

  it('that comes twice runs its task once', async () => {
    const { id } = await api.submit('echo', { message: 1, delayMs: 500 });
    const sender = serviceBus.createSender('tasks');
    for (const messageId of ['copy-1', 'copy-2'])
      await sender.sendMessages({ body: id, messageId, applicationProperties: { attempt: 1 } });
    await sender.close();
    expect(await api.ended(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(kindsOf(await api.timeline(id))).toEqual(['queued', 'started', 'completed']);
  });

  it('whose properties are of other types than ours does no harm to what runs beside it', async () => {
    const { id } = await api.submit('echo', { message: 1 });
    await api.ended(id);
    const host = stack().pids().host;
    const sender = serviceBus.createSender('tasks');
    for (const [n, taskType] of [null, Number.NaN, new Date(0), true].entries()) {
      const applicationProperties = { attempt: 1, taskType, traceparent: taskType };
      await sender.sendMessages({ body: id, messageId: `odd-${n}`, applicationProperties });
    }
    await sender.close();
    const { id: beside } = await api.submit('echo', { message: 2, delayMs: 1_000 });
    expect(await api.ended(beside)).toMatchObject({ state: 'completed' });
    expect(stack().pids().host).toBe(host);
    const receiver = serviceBus.createReceiver('tasks', { subQueueType: 'deadLetter' });
    const dead = await receiver.peekMessages(250, { fromSequenceNumber: Long.ONE });
    await receiver.close();
    expect(dead.filter(({ messageId }) => String(messageId).startsWith('odd-'))).toEqual([]);
  });
});
