import { ServiceBusClient } from '@azure/service-bus';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';
import { type Bus, connection, sampleApp, startBus } from './sample-queues.ts';

let data: string;
let bus: Bus;
let client: ServiceBusClient;
let app: HostedApp;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'host-bus-'));
  bus = await startBus(data);
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
