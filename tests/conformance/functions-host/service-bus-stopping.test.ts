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
});
afterAll(async () => {
  await client.close();
  await stopApps();
  await bus.close();
  await rm(data, { recursive: true, force: true });
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
