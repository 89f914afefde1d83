import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { Redis } from 'ioredis';
import Long from 'long';
import { endingsTopic, historySubscription } from '../../contracts/names.ts';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import { Api } from '../support/api.ts';
import { countUnpublished, history, historyOf, ids, pause, submitMany } from '../support/history.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(180_000);

/** A broker that gives up on messages of history sooner, and gives them to others sooner. */
const impatient = structuredClone(entities);
const ofHistory = impatient.UserConfig.Namespaces[0]!.Topics[0]!.Subscriptions[0]!;
Object.assign(ofHistory.Properties, { LockDuration: 'PT5S', MaxDeliveryCount: 2 });
const lockMs = 5_000;

let operator: Api;
let serviceBus: ServiceBusClient;
let redis: Redis;
// Before useStack, as hooks run in their order: the clients go first, then their servers.
afterAll(async () => {
  redis.disconnect();
  await serviceBus.close();
});
const stack = useStack({ entities: impatient });
beforeAll(() => {
  operator = new Api(stack().baseUrl);
  serviceBus = new ServiceBusClient(stack().serviceBusConnection);
  redis = new Redis(stack().redisUrl);
});

/** After a fault: until then submissions are refused. */
beforeEach(async () => {
  while ((await operator.call('/api/health')).status !== 200) await pause(100);
});

const ofTopic = `${endingsTopic}/Subscriptions/${historySubscription}`;

/** What the subscription has, with those that somebody works on. */
async function kept(): Promise<ServiceBusReceivedMessage[]> {
  const receiver = serviceBus.createReceiver(endingsTopic, historySubscription);
  const messages = await receiver.peekMessages(100, { fromSequenceNumber: Long.ONE });
  await receiver.close();
  return messages;
}

/** Until the topic has each ending. */
async function untilTold(): Promise<void> {
  while ((await countUnpublished(redis)) > 0 || (await kept()).length === 0) await pause(200);
}

async function untilNothingIsLeft(): Promise<void> {
  while ((await kept()).length > 0) await pause(200);
}

/** Tasks that end without the broker's help, so that they do so while it stands still. */
async function endWhileBrokerStandsStill(api: Api, count: number): Promise<string[]> {
  const scheduledFor = new Date(Date.now() + 3_600_000).toISOString();
  const all = await submitMany(api, count, {}, { scheduledFor });
  await stack().fault('pieces/services/pause');
  expect(await api.post('/api/tasks/cancel', { ids: all })).toMatchObject({ body: { cancelled: count } });
  expect(await countUnpublished(redis)).toBe(count);
  return all;
}

it('is complete after the broker stood still and was killed while tasks ended', async () => {
  const una = await operator.as('una', 'user');
  const all = await endWhileBrokerStandsStill(una, 60);
  await stack().fault('pieces/services/resume');
  await stack().kill('services');
  await stack().untilRestarted('services');
  expect(ids(await historyOf(una, 60))).toEqual(all.toReversed());
});

it('is complete after the host was killed before it could tell the topic', async () => {
  const ivy = await operator.as('ivy', 'user');
  const all = await endWhileBrokerStandsStill(ivy, 40);
  await stack().kill('host');
  await stack().fault('pieces/services/resume');
  await stack().untilRestarted('host');
  expect(ids(await historyOf(ivy, 40))).toEqual(all.toReversed());
});

it('sets a message aside that it cannot read, and goes on with the others', async () => {
  const sender = serviceBus.createSender(endingsTopic);
  await sender.sendMessages({ body: [{ not: 'a task' }], messageId: 'poison' });
  await sender.close();
  const dan = await operator.as('dan', 'user');
  const all = await submitMany(dan, 20, {});
  expect(ids(await historyOf(dan, 20))).toEqual(all.toReversed());
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

it('has each task once, also where the broker delivers what was recorded once more', async () => {
  const kim = await operator.as('kim', 'user');
  await stack().fault('service-bus/deliver-twice', { entity: ofTopic, times: 1 });
  const all = await submitMany(kim, 60);
  expect(ids(await historyOf(kim, 60))).toEqual(all.toReversed());
  await untilNothingIsLeft();
  expect(ids(await history(kim))).toEqual(all.toReversed());
});

/** Tasks end while Table Storage stands still: RecordHistory keeps on trying. */
async function endWhileStorageStandsStill(api: Api, count: number): Promise<string[]> {
  await stack().fault('pieces/azurite/pause');
  const all = await submitMany(api, count);
  await Promise.all(all.map((id) => api.ended(id)));
  await untilTold();
  return all;
}

/** Resolves when the broker has given what was in its hands to the next host. */
async function die(): Promise<void> {
  await stack().kill('host');
  await stack().untilRestarted('host');
  await pause(lockMs + 1_000);
}

/** Resumed, it would still do what it was asked for by who is dead. */
async function startStorageAnew(): Promise<void> {
  await stack().kill('azurite');
  await stack().untilRestarted('azurite');
}

it('is complete after Table Storage stood still and the host was killed while it recorded', async () => {
  const leo = await operator.as('leo', 'user');
  const all = await endWhileStorageStandsStill(leo, 50);
  // The broker counts what was in its hands.
  do await die();
  while ((await kept()).every(({ deliveryCount }) => deliveryCount === 0));
  await startStorageAnew();
  expect(ids(await historyOf(leo, 50))).toEqual(all.toReversed());
});

it('records later what the broker has given up on', async () => {
  const mia = await operator.as('mia', 'user');
  const all = await endWhileStorageStandsStill(mia, 50);
  while ((await kept()).length > 0) await die();
  await startStorageAnew();
  expect(await history(mia)).toEqual([]);
  expect(await operator.post('/admin/functions/SweepHistory', { input: '' })).toMatchObject({ status: 202 });
  expect(ids(await historyOf(mia, 50))).toEqual(all.toReversed());
});
