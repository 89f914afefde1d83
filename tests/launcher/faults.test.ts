import { ServiceBusClient } from '@azure/service-bus';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { Redis } from 'ioredis';
import serviceBus from '../../contracts/service-bus.json' with { type: 'json' };
import { startStack } from '../support/stack.ts';
import type { TestStack } from '../support/stack.ts';

/** The app's queue, one of our own, and one with sessions; locks of 5 minutes, so that none ends by itself. */
const entities = structuredClone(serviceBus);
const [namespace] = entities.UserConfig.Namespaces;
const queue = (Name: string, RequiresSession: boolean) => ({
  ...namespace!.Queues[0]!,
  Name,
  Properties: { ...namespace!.Queues[0]!.Properties, LockDuration: 'PT5M', RequiresSession },
});
namespace!.Queues.push(queue('jobs', false), queue('chats', true));

let stack: TestStack;
let client: ServiceBusClient;
const opened: ServiceBusClient[] = [];

/** A connection whose SDK never, or soon, tries again. */
function connect(retryOptions = { maxRetries: 0, retryDelayInMs: 10 }): ServiceBusClient {
  const connected = new ServiceBusClient(stack.serviceBusConnection, { retryOptions });
  opened.push(connected);
  return connected;
}

beforeAll(async () => {
  stack = await startStack({ entities });
  client = connect();
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await stack.stop();
});

/** What a failed test has left behind must not fail the next one. */
afterEach(async () => {
  await stack.fault('service-bus/refuse', { milliseconds: 0 });
  await stack.fault('service-bus/delay', { milliseconds: 0 });
});

async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 20_000 });
  if (!message) throw new Error('No message came.');
  return message;
}

describe('the broker', () => {
  it('refuses as a throttled namespace does, so many times', async () => {
    const sender = client.createSender('jobs');
    await stack.fault('service-bus/refuse', { operations: ['send'], times: 2 });
    await expect(sender.sendMessages({ body: 'refused' })).rejects.toMatchObject({
      code: 'ServiceBusy',
      message: expect.stringContaining('being throttled. Error code : 50009'),
    });
    const patient = connect({ maxRetries: 3, retryDelayInMs: 10 }).createSender('jobs');
    await patient.sendMessages({ body: 'sent at the second try' });
    const receiver = client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    expect((await receiveOne(receiver)).body).toBe('sent at the second try');
    await receiver.close();
  });

  it('refuses links and management operations, for a time', async () => {
    await stack.fault('service-bus/refuse', { milliseconds: 3_600_000 });
    await expect(connect().createSender('jobs').sendMessages({ body: 'refused' })).rejects.toMatchObject({
      code: 'ServiceBusy',
    });
    await expect(client.createReceiver('jobs').peekMessages(1)).rejects.toMatchObject({ code: 'ServiceBusy' });
    await stack.fault('service-bus/refuse', { milliseconds: 0 });
    expect(await client.createReceiver('jobs').peekMessages(1)).toEqual([]);
  });

  it('loses the lock of one message, which then is delivered again, and of no other', async () => {
    await client.createSender('jobs').sendMessages([
      { body: 'lost', messageId: 'a' },
      { body: 'kept', messageId: 'b' },
    ]);
    const receiver = client.createReceiver('jobs');
    const messages = await Promise.all([receiveOne(receiver), receiveOne(connect().createReceiver('jobs'))]);
    const lost = messages.find(({ messageId }) => messageId === 'a')!;
    expect(await stack.fault('service-bus/lose-locks', { entity: 'jobs', messageId: 'a' })).toEqual({ affected: 1 });
    await expect(receiver.renewMessageLock(lost)).rejects.toMatchObject({ code: 'MessageLockLost' });
    const again = await receiveOne(receiver);
    expect(again).toMatchObject({ messageId: 'a', deliveryCount: 1 });
    expect(await stack.fault('service-bus/lose-locks', { entity: 'jobs' })).toEqual({ affected: 2 });
    const both = [await receiveOne(receiver), await receiveOne(receiver)];
    for (const message of both) await receiver.completeMessage(message);
    expect(both.map(({ messageId }) => messageId).sort()).toEqual(['a', 'b']);
    await receiver.close();
  });

  it('loses the lock of a session', async () => {
    await client.createSender('chats').sendMessages({ body: 'hello', sessionId: 's' });
    const session = await client.acceptSession('chats', 's');
    await receiveOne(session);
    await stack.fault('service-bus/lose-locks', { entity: 'chats' });
    await expect(session.renewSessionLock()).rejects.toMatchObject({ code: 'SessionLockLost' });
    const next = await connect().acceptNextSession('chats');
    const message = await receiveOne(next);
    expect(message).toMatchObject({ body: 'hello', deliveryCount: 1 });
    await next.completeMessage(message);
  });

  it('delivers a completed message twice', async () => {
    await stack.fault('service-bus/deliver-twice', { entity: 'jobs' });
    await client.createSender('jobs').sendMessages({ body: 'twice', messageId: 'twice' });
    const receiver = client.createReceiver('jobs');
    await receiver.completeMessage(await receiveOne(receiver));
    const second = await receiveOne(receiver);
    expect(second).toMatchObject({ body: 'twice', deliveryCount: 1 });
    await receiver.completeMessage(second);
    expect(await receiver.peekMessages(1)).toEqual([]);
    await receiver.close();
  });

  it('delays what it sends', async () => {
    const sender = client.createSender('jobs');
    await sender.sendMessages({ body: 'quick', messageId: 'quick' });
    await stack.fault('service-bus/delay', { milliseconds: 300 });
    const sentAt = performance.now();
    await sender.sendMessages({ body: 'slow', messageId: 'slow' });
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(300);
    await stack.fault('service-bus/delay', { milliseconds: 0 });
    const receiver = client.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    expect([(await receiveOne(receiver)).body, (await receiveOne(receiver)).body]).toEqual(['quick', 'slow']);
    await receiver.close();
  });

  it('drops connections, and the SDK finds its way back', async () => {
    const patient = connect({ maxRetries: 5, retryDelayInMs: 50 });
    const sender = patient.createSender('jobs');
    await sender.sendMessages({ body: 1, messageId: 'before' });
    const { affected } = await stack.fault('service-bus/drop-connections');
    expect(affected).toBeGreaterThanOrEqual(1);
    await sender.sendMessages({ body: 2, messageId: 'after' });
    const receiver = patient.createReceiver('jobs', { receiveMode: 'receiveAndDelete' });
    expect([(await receiveOne(receiver)).body, (await receiveOne(receiver)).body]).toEqual([1, 2]);
  });
});

it('drops SignalR connections, and the client connects again', async () => {
  const hub = new HubConnectionBuilder()
    .withUrl(`${stack.baseUrl}/api`)
    .withAutomaticReconnect([0, 0, 100, 1_000])
    .configureLogging(LogLevel.None)
    .build();
  await hub.start();
  const back = new Promise((resolve, reject) => {
    hub.onreconnected(resolve);
    hub.onclose((error) => reject(error ?? new Error('The client gave up.')));
  });
  const { affected } = await stack.fault('signalr/drop-connections');
  expect(affected).toBeGreaterThanOrEqual(1);
  await back;
  expect(hub.state).toBe('Connected');
  await hub.stop();
});

describe('a piece', () => {
  it('stands still while it is paused, and goes on', async () => {
    const redis = new Redis(stack.redisUrl, { commandTimeout: 300, disconnectTimeout: 1 });
    redis.on('error', () => undefined);
    await redis.set('kept', 'yes');
    await stack.fault('pieces/redis/pause');
    await expect(redis.get('kept')).rejects.toThrow('timed out');
    await stack.fault('pieces/redis/resume');
    expect(await redis.get('kept')).toBe('yes');
    redis.disconnect();
  });

  it('is killed, and started again', async () => {
    const { azurite } = stack.pids();
    await stack.fault('pieces/azurite/kill');
    for (let pid = azurite; pid === undefined || pid === azurite;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      pid = stack.pids().azurite;
    }
    expect(stack.logs()).toMatch(/azurite +\| was ended by SIGKILL/);
  });
});

it.each([
  ['service-bus/explode', {}, 'There is no fault "service-bus/explode" here: there are service-bus/drop-connections,'],
  ['service-bus/refuse', {}, 'The arguments are not right: give "times", "milliseconds" or both.'],
  ['service-bus/delay', { milliseconds: -1 }, 'The arguments are not right: "milliseconds": Too small'],
  ['service-bus/lose-locks', { entity: 'none' }, "The messaging entity 'sb://localhost/none' could not be found."],
  ['pieces/broker/kill', {}, 'There is no piece "broker": there are host, services, azurite, redis.'],
  ['pieces/redis/explode', {}, 'A piece cannot be told to "explode": it can kill, pause, resume, restart.'],
])('says what is wrong with %s %j', async (path, given, sentence) => {
  await expect(stack.fault(path, given)).rejects.toThrow(sentence);
});
