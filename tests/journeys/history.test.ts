import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { Redis } from 'ioredis';
import Long from 'long';
import { endingsTopic, historySubscription } from '../../contracts/names.ts';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import type { Problem } from '../../contracts/problem.ts';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';
import { TaskStore } from '../../functions/tasks/task-store.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(180_000);

/** Another system, which wants to hear of dead letters of one type only. */
const others = structuredClone(entities) as { UserConfig: { Namespaces: { Topics: { Subscriptions: object[] }[] }[] } };
const deadEchoes = { FilterType: 'Sql', SqlFilter: { SqlExpression: "taskType = 'echo' AND kind = 'dead-lettered'" } };
others.UserConfig.Namespaces[0]!.Topics[0]!.Subscriptions.push({
  Name: 'dead-echoes',
  Properties: { LockDuration: 'PT1M', MaxDeliveryCount: 10 },
  Rules: [{ Name: 'dead-echoes', Properties: deadEchoes }],
});

let operator: Api;
let serviceBus: ServiceBusClient;
let redis: Redis;
// Before useStack, as hooks run in their order: the clients go first, then their servers.
afterAll(async () => {
  redis.disconnect();
  await serviceBus.close();
});
const stack = useStack({ entities: others, settings: { RetryFirstDelayMs: '10' } });
beforeAll(() => {
  operator = new Api(stack().baseUrl);
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
  redis = new Redis(stack().redisUrl);
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** After a fault: until then submissions are refused. */
async function untilHealthy(): Promise<void> {
  while ((await operator.call('/api/health')).status !== 200) await pause(100);
}

async function submitMany(api: Api, count: number, payload: object, more: object = {}): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, n) => ({
    type: 'echo',
    payload: { message: n, ...payload },
    ...more,
  }));
  const { body } = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
  return body.results.map(({ status, task }) => {
    expect(status).toBe(202);
    return task!.id;
  });
}

/** All pages of a list of history. */
async function history(api: Api, query = ''): Promise<Task[]> {
  const tasks: Task[] = [];
  for (let cursor = ''; ;) {
    const { body } = await api.call<TaskPage>(`/api/history?limit=200${query}${cursor && `&cursor=${cursor}`}`);
    tasks.push(...body.tasks);
    if (body.cursor === undefined) return tasks;
    cursor = body.cursor;
  }
}

/** What history has of a person's, once it has as many. */
async function historyOf(api: Api, count: number): Promise<Task[]> {
  for (;;) {
    const tasks = await history(api);
    if (tasks.length >= count) return tasks;
    await pause(200);
  }
}

const sorted = (ids: readonly string[]) => [...ids].sort();
const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

async function unpublished(): Promise<number> {
  const keys = await redis.keys('*:unpublished');
  return (await Promise.all(keys.map((key) => redis.zcard(key)))).reduce((sum, count) => sum + count, 0);
}

async function receiveAll(subscription: string): Promise<ServiceBusReceivedMessage[]> {
  const receiver = serviceBus.createReceiver(endingsTopic, subscription, { receiveMode: 'receiveAndDelete' });
  const all: ServiceBusReceivedMessage[] = [];
  for (;;) {
    const some = await receiver.receiveMessages(100, { maxWaitTimeInMs: 2_000 });
    if (some.length === 0) break;
    all.push(...some);
  }
  await receiver.close();
  return all;
}

beforeEach(untilHealthy);

it('has each of 500 tasks once, and tells another system only of what its rule asks for', async () => {
  const [ada, bob] = [await operator.as('ada', 'user'), await operator.as('bob', 'user')];
  const good = await submitMany(ada, 450, {});
  const bad = await submitMany(bob, 50, { permanent: true, failures: 1 });
  const [hers, his] = [await historyOf(ada, 450), await historyOf(bob, 50)];
  expect(ids(hers)).toEqual(sorted(good).reverse());
  expect(ids(his)).toEqual(sorted(bad).reverse());
  expect(hers[0]).toMatchObject({ type: 'echo', owner: 'ada', state: 'completed', attempt: 1, result: { message: expect.any(Number) } }); // prettier-ignore
  expect(new Set(his.map(({ state }) => state))).toEqual(new Set(['dead-lettered']));
  expect(await unpublished()).toBe(0);
  const told = await receiveAll('dead-echoes');
  for (const { applicationProperties } of told)
    expect(applicationProperties).toMatchObject({ taskType: 'echo', kind: 'dead-lettered' });
  expect(sorted(told.flatMap(({ body }) => ids(body as Task[])))).toEqual(sorted(bad));
});

it('lets operators look through all owners, and others through their own tasks alone', async () => {
  const [eve, bob] = [await operator.as('eve', 'user'), await operator.as('bob', 'user')];
  const [id = ''] = await submitMany(eve, 1, {}, { tags: ['eve-only'] });
  await historyOf(eve, 1);
  expect(ids(await history(operator, '&tag=eve-only'))).toEqual([id]);
  expect(ids(await history(operator, '&owner=eve&state=completed'))).toEqual([id]);
  expect(await history(operator, '&owner=eve&state=expired')).toEqual([]);
  expect(await history(bob, '&tag=eve-only')).toEqual([]);
  expect(await bob.call<Problem>('/api/history?owner=eve')).toMatchObject({ status: 403, body: { code: 'forbidden' } });
});

it('still knows a task that Redis has forgotten', async () => {
  const [ann, bob] = [await operator.as('ann', 'user'), await operator.as('bob', 'user')];
  const task = await ann.submit('echo', { message: 'long ago' }, { tags: ['old'] });
  await ann.ended(task.id);
  const [recorded] = await historyOf(ann, 1);
  await new TaskStore(redis).forget(task.id);
  const path = `/api/tasks/${task.id}`;
  for (const api of [ann, operator])
    expect(await api.call<Task>(`${path}?wait=5`)).toMatchObject({
      status: 200,
      body: { ...recorded, archived: true },
    });
  expect(await ann.call(`${path}/result`)).toMatchObject({ status: 200, body: { message: 'long ago' } });
  const gone = { code: 'not-found', detail: expect.stringContaining('only history still has it') };
  for (const part of ['timeline', 'logs'])
    expect(await ann.call(`${path}/${part}`)).toMatchObject({ status: 404, body: gone });
  expect(await ann.call(`${path}/payload`)).toMatchObject({ status: 404, body: { code: 'payload-missing' } });
  for (const part of ['', '/timeline', '/payload', '/result', '/logs']) {
    const { status, body } = await bob.call<Problem>(path + part);
    expect([status, body.code, body.detail]).toEqual([404, 'not-found', expect.stringMatching(/^There is no task/)]);
  }
});

/** Tasks that end without the broker's help, so that they do so while it stands still. */
async function endWhileBrokerStandsStill(api: Api, count: number): Promise<string[]> {
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  const all = await submitMany(api, count, {}, { scheduledFor });
  await stack().fault('pieces/services/pause');
  expect(await api.post('/api/tasks/cancel', { ids: all })).toMatchObject({ body: { cancelled: count } });
  expect(await unpublished()).toBe(count);
  return all;
}

it('is complete after the broker stood still and was killed while tasks ended', async () => {
  const una = await operator.as('una', 'user');
  const all = await endWhileBrokerStandsStill(una, 60);
  await stack().fault('pieces/services/resume');
  await stack().kill('services');
  await stack().untilRestarted('services');
  expect(ids(await historyOf(una, 60))).toEqual(sorted(all).reverse());
});

it('is complete after the host was killed before it could tell the topic', async () => {
  const ivy = await operator.as('ivy', 'user');
  const all = await endWhileBrokerStandsStill(ivy, 40);
  await stack().kill('host');
  await stack().fault('pieces/services/resume');
  await stack().untilRestarted('host');
  expect(ids(await historyOf(ivy, 40))).toEqual(sorted(all).reverse());
});

it('sets a message aside that it cannot read, and goes on with the others', async () => {
  const sender = serviceBus.createSender(endingsTopic);
  await sender.sendMessages({ body: [{ not: 'a task' }], messageId: 'poison' });
  await sender.close();
  const dan = await operator.as('dan', 'user');
  const all = await submitMany(dan, 20, {});
  expect(ids(await historyOf(dan, 20))).toEqual(sorted(all).reverse());
  const dead = serviceBus.createReceiver(endingsTopic, historySubscription, { subQueueType: 'deadLetter' });
  for (;;) {
    const messages = await dead.peekMessages(10, { fromSequenceNumber: Long.ONE });
    if (messages.length > 0) {
      expect(messages.map(({ messageId }) => messageId)).toEqual(['poison']);
      break;
    }
    await pause(200);
  }
  await dead.close();
});
