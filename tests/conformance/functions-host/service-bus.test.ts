import { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

const queue = (name: string, properties: object = {}) => ({
  Name: name,
  Properties: {
    LockDuration: 'PT5S',
    MaxDeliveryCount: 3,
    RequiresSession: false,
    RequiresDuplicateDetection: false,
    ...properties,
  },
});
const queueNames = ['single', 'failing', 'slow', 'manual', 'restart', 'crash', 'stuck'];
const entities = {
  UserConfig: { Namespaces: [{ Name: 'sbemulatorns', Queues: queueNames.map((name) => queue(name)), Topics: [] }] },
};

const functions = `
const { app } = require('@azure/functions');
const trigger = (name, queueName, handler, options = {}) =>
  app.serviceBusQueue(name, { queueName, connection: 'Bus', handler, ...options });
trigger('Single', '%SingleQueue%', (message, context) => {
  context.log('MESSAGE ' + JSON.stringify({ message, type: typeof message, metadata: context.triggerMetadata, trace: context.traceContext.traceParent }));
});
trigger('Failing', 'failing', (message, context) => {
  context.log('ATTEMPT ' + context.triggerMetadata.deliveryCount);
  throw new Error('not this time');
});
let running = 0;
let most = 0;
trigger('Slow', 'slow', async (message, context) => {
  context.log('BEGUN ' + message.id);
  most = Math.max(most, ++running);
  await new Promise((done) => setTimeout(done, message.delayMs));
  running -= 1;
  context.log('SLOW ' + message.id + ' most ' + most);
});
trigger('Manual', 'manual', (message, context) => context.log('MANUAL ' + context.triggerMetadata.deliveryCount), { autoCompleteMessages: false });
trigger('Restart', 'restart', (message, context) => context.log('RESTART ' + message.id));
app.hook.appTerminate(() => console.log('TERMINATED'));
`;

let data: string;
let bus: Awaited<ReturnType<typeof startServiceBus>>;
let client: ServiceBusClient;
let app: HostedApp;
const connection = (port: number) =>
  `Endpoint=sb://localhost:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=c2VjcmV0LWtleQ==;UseDevelopmentEmulator=true;`;
const startBus = (port = 0) => startServiceBus({ port, dataFile: join(data, 'bus.db'), entities });
const sampleApp = (port: number) => ({
  files: { 'functions.cjs': functions },
  hostJson: { extensions: { serviceBus: { maxConcurrentCalls: 4, maxAutoLockRenewalDuration: '00:00:08' } } },
  values: { Bus: connection(port), SingleQueue: 'single' },
});

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'host-bus-'));
  bus = await startBus();
  client = new ServiceBusClient(connection(bus.port));
  app = await hostApp(sampleApp(bus.port));
  // Comes back while the other tests run: see the last one about a message.
  await client.createSender('manual').sendMessages({ body: 'x' });
});
afterAll(async () => {
  await client.close();
  await stopApps();
  await bus.close();
  await rm(data, { recursive: true, force: true });
});

interface Seen {
  message: unknown;
  type: string;
  metadata: Record<string, unknown>;
  trace: string;
}
async function seen(marker: string): Promise<Seen> {
  const [, line] = await app.printed(new RegExp(`MESSAGE (\\{.*${marker}.*\\})`));
  return JSON.parse(line ?? '') as Seen;
}

/** No message waits in the queue or is locked. */
async function untilEmpty(queue: string): Promise<void> {
  const receiver = client.createReceiver(queue);
  while ((await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).length > 0)
    await new Promise((done) => setTimeout(done, 100));
  await receiver.close();
}

describe('a message', () => {
  test('arrives with its metadata, and is completed', async () => {
    await client.createSender('single').sendMessages({
      body: { hello: 'world', id: 'first-message' },
      messageId: 'm-1',
      subject: 'a subject',
      correlationId: 'c-1',
      contentType: 'application/json',
      applicationProperties: {
        Tenant: 't1',
        count: 5,
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
    });
    const { message, metadata, trace } = await seen('first-message');
    expect(message).toEqual({ hello: 'world', id: 'first-message' });
    expect(metadata).toMatchObject({
      messageId: 'm-1',
      deliveryCount: 1,
      subject: 'a subject',
      label: 'a subject',
      correlationId: 'c-1',
      contentType: 'application/json',
      sequenceNumber: expect.any(Number) as number,
      lockToken: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      enqueuedTimeUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      // The library lowers first letters at every depth.
      applicationProperties: { tenant: 't1', count: 5 },
      userProperties: { tenant: 't1', count: 5 },
    });
    expect(trace).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
    await app.printed(/Single [0-9a-f]{8}: Executed \(succeeded/);
  });

  test('whose body is digits arrives as a number, and a JSON body overwrites metadata: the traps of Azure', async () => {
    await client
      .createSender('single')
      .sendMessages([
        { body: Buffer.from('12345678901') },
        { body: { messageId: 'from the body', nested: { x: 1 }, flag: true, marker: 'trap' }, messageId: 'm-trap' },
      ]);
    expect(await seen('12345678901')).toMatchObject({ message: 12345678901, type: 'number' });
    expect((await seen('trap')).metadata).toMatchObject({ messageId: 'from the body', nested: { x: 1 }, flag: 'True' });
  });

  test('that keeps failing is delivered at once until its deliveries are used up, then lies in the dead-letter queue', async () => {
    await client.createSender('failing').sendMessages({ body: 'x', messageId: 'doomed' });
    await app.printed(/ATTEMPT 3/);
    const receiver = client.createReceiver('failing', { subQueueType: 'deadLetter' });
    const [dead] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 20_000 });
    expect(dead).toMatchObject({ messageId: 'doomed', deadLetterReason: 'MaxDeliveryCountExceeded' });
    await receiver.close();
    expect(app.output()).toMatch(/ATTEMPT 1[^]*ATTEMPT 2[^]*ATTEMPT 3/);
    expect(app.output()).toMatch(/error Failing [0-9a-f]{8}: Executed \(failed, \d+ ms\): Error: not this time/);
  });

  test('whose handler outlives the lock is delivered once, for the lock is renewed', async () => {
    await client.createSender('slow').sendMessages({ body: { id: 'long', delayMs: 7_000 } });
    await app.printed(/SLOW long/);
    const [next] = await client.createReceiver('slow').receiveMessages(1, { maxWaitTimeInMs: 500 });
    expect(next).toBeUndefined();
    expect(app.output().match(/SLOW long/g)).toHaveLength(1);
  });

  test('waits while maxConcurrentCalls are under way', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `c${index}`);
    await client.createSender('slow').sendMessages(ids.map((id) => ({ body: { id, delayMs: 100 } })));
    await Promise.all(ids.map((id) => app.printed(new RegExp(`SLOW ${id} `))));
    expect(
      app
        .output()
        .match(/SLOW c\d+ most (\d+)/g)
        ?.every((line) => line.endsWith('most 4') || /most [123]$/.test(line)),
    ).toBe(true);
    expect(app.output()).toMatch(/most 4/);
  });
});

test('a message is left to its lock when the trigger does not complete by itself', async () => {
  await app.printed(/MANUAL 2/);
});

describe('the broker', () => {
  test('may restart: what was sent meanwhile or before is received, without restarting the host', async () => {
    const { port } = bus;
    await client.close();
    await bus.close();
    await app.printed(/warn {2}Restart: The queue "restart" is out of reach, trying until it answers/);
    bus = await startBus(port);
    client = new ServiceBusClient(connection(port));
    await client.createSender('restart').sendMessages([{ body: { id: 'after-1' } }, { body: { id: 'after-2' } }]);
    await app.printed(/RESTART after-1/);
    await app.printed(/RESTART after-2/);
    expect((await app.fetch('/')).status).toBe(200);
  });

  test('may lose its connections: a message in hand keeps its lock, is settled when it was handled, and comes no second time', async () => {
    await client.createSender('slow').sendMessages({ body: { id: 'cut-off', delayMs: 7_000 } });
    await app.printed(/BEGUN cut-off/);
    expect(bus.dropConnections()).toBeGreaterThan(0);
    await app.printed(/SLOW cut-off/);
    await untilEmpty('slow');
    expect(app.output().match(/BEGUN cut-off/g)).toHaveLength(1);
  });

  test('may leave unsaid whether a message is settled: the host asks again over another connection', async () => {
    await client.createSender('slow').sendMessages({ body: { id: 'unanswered', delayMs: 500 } });
    await app.printed(/BEGUN unanswered/);
    bus.faults.latency = 60_000;
    await app.printed(/SLOW unanswered/);
    await new Promise((done) => setTimeout(done, 300));
    bus.faults.latency = 0;
    bus.dropConnections();
    await app.printed(/could not be settled and will come again: .*(lock|settled)/);
    await untilEmpty('slow');
    expect(app.output()).not.toMatch(/did not confirm/);
    expect(app.output().match(/BEGUN unanswered/g)).toHaveLength(1);
  });

  test('may take a lock away: that is told, and the message comes again', async () => {
    await client.createSender('slow').sendMessages({ body: { id: 'unlocked', delayMs: 4_500 } });
    await app.printed(/BEGUN unlocked/);
    expect(bus.deliveries('slow').loseLocks()).toBe(1);
    await app.printed(/warn {2}Slow: The lock of a message could not be renewed: .*lock/);
    await app.printed(/SLOW unlocked[^]*SLOW unlocked/);
    expect(app.output()).toMatch(/warn {2}Slow: A message could not be settled and will come again: .*lock/);
    await untilEmpty('slow');
  });

  test('may start after the host', async () => {
    const late = await mkdtemp(join(tmpdir(), 'late-bus-'));
    const probe = await startServiceBus({ port: 0, dataFile: join(late, 'bus.db'), entities });
    await probe.close();
    const waiting = await hostApp(sampleApp(probe.port));
    await waiting.printed(/Single: The queue "single" is out of reach/);
    const lateBus = await startServiceBus({ port: probe.port, dataFile: join(late, 'bus.db'), entities });
    const lateClient = new ServiceBusClient(connection(probe.port));
    await lateClient.createSender('restart').sendMessages({ body: { id: 'late' } });
    await waiting.printed(/RESTART late/);
    await waiting.stop();
    await lateClient.close();
    await lateBus.close();
    await rm(late, { recursive: true, force: true });
  });
});

test('a missing setting puts the function in error, and the others run', async () => {
  const broken = await hostApp({
    files: {
      'functions.cjs': `
const { app } = require('@azure/functions');
app.serviceBusQueue('NoSetting', { queueName: 'q', connection: 'Nowhere', handler: () => {} });
app.http('Works', { handler: () => ({ body: 'fine' }) });`,
    },
  });
  await broken.printed(/NoSetting: The listener was unable to start: The setting "Nowhere" is missing/);
  expect(await (await broken.fetch('/works')).text()).toBe('fine');
});

describe('a process that has to go', () => {
  const crashing = (handler: string, hostJson = {}) => ({
    files: {
      'functions.cjs': `
const { app } = require('@azure/functions');
app.serviceBusQueue('Crash', { queueName: 'crash', connection: 'Bus', handler: async (message, context) => {
  console.log('GOT ' + message + ' ' + context.triggerMetadata.deliveryCount);
  if (message === 'bad' && context.triggerMetadata.deliveryCount === 1) ${handler}
} });`,
    },
    hostJson: { extensions: { serviceBus: { maxConcurrentCalls: 1 } }, ...hostJson },
    values: { Bus: connection(bus.port) },
  });

  test.each([
    ['by a time-out', 'await new Promise(() => {});', { functionTimeout: '00:00:01' }, 124],
    [
      'by an exception that nobody catches',
      'await new Promise(() => setImmediate(() => { throw new Error("crash"); }));',
      {},
      1,
    ],
  ])('%s gives its message back at once, and costs others at most one delivery', async (_, handler, hostJson, code) => {
    const doomed = await hostApp(crashing(handler, hostJson));
    const others = ['other-1', 'other-2', 'other-3'];
    await client.createSender('crash').sendMessages(['bad', ...others].map((body) => ({ body })));
    expect(await doomed.exited).toBe(code);
    const next = await hostApp({ ...crashing(handler, hostJson), folder: doomed.folder });
    await next.printed(/GOT bad 2/);
    for (const other of others) await next.printed(new RegExp(`GOT ${other} [12]\\b`));
    await next.stop();
  });
});

test('stopping lets the message under way finish, and completes it', async () => {
  await client.createSender('slow').sendMessages({ body: { id: 'draining', delayMs: 1_000 } });
  await app.printed(/BEGUN draining/);
  expect(await app.stop()).toBe(0);
  expect(app.output()).toMatch(/SLOW draining[^]*TERMINATED/);
  const left = await client.createReceiver('slow').receiveMessages(1, { maxWaitTimeInMs: 500 });
  expect(left).toEqual([]);
});

test('stopping gives a message back at once whose function does not finish in time', async () => {
  const files = {
    'functions.cjs': `const { app } = require('@azure/functions');
app.serviceBusQueue('Stuck', { queueName: 'stuck', connection: 'Bus', handler: async () => { console.log('STUCK'); await new Promise(() => {}); } });`,
  };
  const stuck = await hostApp({ files, values: { Bus: connection(bus.port) }, args: ['--drain-seconds', '1'] });
  await client.createSender('stuck').sendMessages({ body: 'x' });
  await stuck.printed(/STUCK/);
  expect(await stuck.stop()).toBe(0);
  // Its lock would have lasted 5 s.
  const [message] = await client.createReceiver('stuck').receiveMessages(1, { maxWaitTimeInMs: 1_000 });
  expect(message).toMatchObject({ body: 'x', deliveryCount: 1 });
});
