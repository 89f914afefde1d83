import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { Redis } from 'ioredis';
import { endingsTopic } from '../../contracts/names.ts';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import type { Problem } from '../../contracts/problem.ts';
import type { Task } from '../../contracts/task.ts';
import { TaskStore } from '../../functions/tasks/task-store.ts';
import { Api } from '../support/api.ts';
import { countUnpublished, history, historyOf, ids, submitMany } from '../support/history.ts';
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

it('has each of 500 tasks once, and tells another system only of what its rule asks for', async () => {
  const [ada, bob] = [await operator.as('ada', 'user'), await operator.as('bob', 'user')];
  const good = await submitMany(ada, 450, {});
  const bad = await submitMany(bob, 50, { permanent: true, failures: 1 });
  const [hers, his] = [await historyOf(ada, 450), await historyOf(bob, 50)];
  expect(ids(hers)).toEqual(good.toReversed());
  expect(ids(his)).toEqual(bad.toReversed());
  expect(hers[0]).toMatchObject({ type: 'echo', owner: 'ada', state: 'completed', attempt: 1, result: { message: expect.any(Number) } }); // prettier-ignore
  expect(new Set(his.map(({ state }) => state))).toEqual(new Set(['dead-lettered']));
  expect(await countUnpublished(redis)).toBe(0);
  const told = await receiveAll('dead-echoes');
  for (const { applicationProperties } of told)
    expect(applicationProperties).toMatchObject({ taskType: 'echo', kind: 'dead-lettered' });
  expect(told.flatMap(({ body }) => ids(body as Task[])).sort()).toEqual(bad);
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
