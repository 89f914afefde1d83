import { ServiceBusClient } from '@azure/service-bus';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

const properties = { LockDuration: 'PT10S', MaxDeliveryCount: 3, RequiresDuplicateDetection: false };
const queue = (Name: string, RequiresSession = false) => ({ Name, Properties: { ...properties, RequiresSession } });
const entities = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: [
          queue('batch'),
          queue('poison'),
          queue('out'),
          queue('by-setting'),
          queue('sessions', true),
          queue('session-batch', true),
        ],
        Topics: [
          {
            Name: 'news',
            Properties: {},
            Subscriptions: [{ Name: 'all', Properties: { ...properties, RequiresSession: false } }],
          },
        ],
      },
    ],
  },
};

const functions = `
const { app, output } = require('@azure/functions');
const print = (name, value) => console.log(name + ' ' + JSON.stringify(value));
let batches = 0;
app.serviceBusQueue('Batch', { queueName: 'batch', connection: 'Bus', cardinality: 'many', handler: async (messages, context) => {
  print('BATCH', { messages, beside: ++batches - 1, ids: context.triggerMetadata.messageIdArray, counts: context.triggerMetadata.deliveryCountArray, properties: context.triggerMetadata.applicationPropertiesArray });
  await new Promise((done) => setTimeout(done, 100));
  batches -= 1;
} });
app.serviceBusQueue('Poison', { queueName: 'poison', connection: 'Bus', cardinality: 'many', handler: (messages, context) => {
  print('POISON', context.triggerMetadata.deliveryCountArray);
  if (messages.includes('poison') && context.triggerMetadata.deliveryCountArray[0] === 1) throw new Error('poisoned');
} });
app.serviceBusTopic('Topic', { topicName: 'news', subscriptionName: 'all', connection: 'Bus', handler: (message) => print('TOPIC', message) });
const inOrder = async (message, context) => {
  print('SESSION', [context.triggerMetadata.sessionId, message.n]);
  await new Promise((done) => setTimeout(done, 5));
  print('DONE', [context.triggerMetadata.sessionId, message.n]);
};
app.serviceBusQueue('Sessions', { queueName: 'sessions', connection: 'Bus', isSessionsEnabled: true, handler: inOrder });
app.serviceBusQueue('SessionBatch', { queueName: 'session-batch', connection: 'Bus', isSessionsEnabled: true, cardinality: 'many', handler: (messages, context) => print('SESSIONBATCH', [context.triggerMetadata.sessionIdArray, messages]) });
const out = output.serviceBusQueue({ queueName: 'out', connection: 'Bus' });
const topicOut = output.serviceBusTopic({ topicName: 'news', connection: 'Bus' });
const bySetting = output.serviceBusQueue({ queueName: '%Queue%', connection: 'Bus' });
app.http('Out', { methods: ['POST'], extraOutputs: [out, topicOut], handler: async (request, context) => {
  const kind = request.query.get('kind');
  const values = { text: 'some text', json: { a: 1 }, array: ['one', { two: 2 }, 3], bytes: Buffer.from([0, 255]) };
  context.extraOutputs.set(out, values[kind]);
  context.extraOutputs.set(topicOut, kind === 'text' ? { topic: 'told' } : undefined);
  return { status: 202 };
} });
app.timer('AtStart', { schedule: '0 0 0 1 1 *', runOnStartup: true, return: bySetting, handler: () => 'returned' });
`;

let data: string;
let bus: Awaited<ReturnType<typeof startServiceBus>>;
let client: ServiceBusClient;
let app: HostedApp;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'host-bus-'));
  bus = await startServiceBus({ port: 0, dataFile: join(data, 'bus.db'), entities });
  const connection = `Endpoint=sb://localhost:${bus.port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=c2VjcmV0LWtleQ==;UseDevelopmentEmulator=true;`;
  client = new ServiceBusClient(connection);
  app = await hostApp({
    files: { 'functions.cjs': functions },
    hostJson: {
      extensions: {
        http: { routePrefix: '' },
        serviceBus: { maxMessageBatchSize: 10, maxConcurrentSessions: 2, sessionIdleTimeout: '00:00:01' },
      },
    },
    values: { Bus: connection, Queue: 'by-setting' },
  });
});
afterAll(async () => {
  await client.close();
  await stopApps();
  await bus.close();
  await rm(data, { recursive: true, force: true });
});

/** Everything printed after a marker so far. */
function printed<T>(marker: string): T[] {
  return [...app.output().matchAll(new RegExp(`^${marker} (.*)$`, 'gm'))].map(
    ([, json]) => JSON.parse(json ?? '') as T,
  );
}
async function received(queueName: string, count: number) {
  const receiver = client.createReceiver(queueName, { receiveMode: 'receiveAndDelete', skipParsingBodyAsJson: true });
  const messages = [];
  while (messages.length < count)
    messages.push(...(await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: 10_000 })));
  await receiver.close();
  return messages;
}

describe('a batch', () => {
  interface Batch {
    messages: unknown[];
    beside: number;
    ids: string[];
    counts: number[];
    properties: object[];
  }

  test('comes with arrays of metadata; batches keep their limit, and run one at a time', async () => {
    const numbers = Array.from({ length: 25 }, (_, n) => n);
    await client
      .createSender('batch')
      .sendMessages(numbers.map((n) => ({ body: { n }, messageId: `b${n}`, applicationProperties: { Number: n } })));
    await app.printed(/"b24"/);
    const batches = printed<Batch>('BATCH');
    expect(batches.flatMap(({ messages }) => messages)).toEqual(numbers.map((n) => ({ n })));
    expect(batches.flatMap(({ ids }) => ids)).toEqual(numbers.map((n) => `b${n}`));
    expect(batches.flatMap(({ properties: own }) => own)).toEqual(numbers.map((n) => ({ number: n })));
    expect(Math.max(...batches.map(({ messages }) => messages.length))).toBe(10);
    expect(batches.every(({ beside, counts }) => beside === 0 && counts.every((count) => count === 1))).toBe(true);
  });

  test('that fails comes again as a whole', async () => {
    await client.createSender('poison').sendMessages([{ body: 'fine' }, { body: 'poison' }]);
    await app.printed(/POISON \[2,2\]/);
    expect(printed('POISON')).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

test('a subscription of a topic triggers', async () => {
  await client.createSender('news').sendMessages({ body: { hello: 'subscriber' } });
  await app.printed(/TOPIC \{"hello":"subscriber"\}/);
});

describe('sessions', () => {
  test('keep the order of each, and more of them than run at a time are all served', async () => {
    const sender = client.createSender('sessions');
    const names = ['a', 'b', 'c', 'd'];
    for (let n = 0; n < 5; n += 1) await sender.sendMessages(names.map((sessionId) => ({ body: { n }, sessionId })));
    await Promise.all(names.map((name) => app.printed(new RegExp(`DONE \\["${name}",4\\]`))));
    for (const name of names) {
      expect(printed<[string, number]>('DONE').filter(([session]) => session === name)).toEqual(
        [0, 1, 2, 3, 4].map((n) => [name, n]),
      );
    }
  });

  test('come as batches of one session where the trigger takes many', async () => {
    await client
      .createSender('session-batch')
      .sendMessages(['x', 'x', 'y'].map((sessionId, n) => ({ body: `${sessionId}${n}`, sessionId })));
    // The two are taken side by side: which is printed first is left open.
    for (const last of ['x1', 'y2']) await app.printed(new RegExp(`SESSIONBATCH .*"${last}"`));
    const batches = printed<[string[], string[]]>('SESSIONBATCH');
    for (const [sessions, bodies] of batches) expect(bodies.map((body) => body[0])).toEqual(sessions);
    const of = (session: string) => batches.flatMap(([[first], bodies]) => (first === session ? bodies : []));
    expect([of('x'), of('y')]).toEqual([['x0', 'x1'], ['y2']]);
  });
});

describe('the output binding', () => {
  const out = (kind: string) => app.fetch(`/out?kind=${kind}`, { method: 'POST' });

  test('sends text, JSON, bytes, and one message for each element of an array', async () => {
    for (const kind of ['text', 'json', 'bytes', 'array']) expect((await out(kind)).status).toBe(202);
    const messages = await received('out', 6);
    expect(messages.map(({ body }) => (body as Buffer).toString('latin1'))).toEqual([
      'some text',
      '{"a":1}',
      '\u0000\u00ff',
      'one',
      '{"two":2}',
      '3',
    ]);
    expect(messages.map(({ contentType }) => contentType)).toEqual([
      'text/plain',
      'text/plain',
      'application/octet-stream',
      'text/plain',
      'text/plain',
      'text/plain',
    ]);
    await app.printed(/TOPIC \{"topic":"told"\}/);
  });

  test('sends nothing for what was not set', async () => {
    await out('none');
    const [message] = await client.createReceiver('out').peekMessages(1);
    expect(message).toBeUndefined();
  });

  test('takes a return value, and a queue named by a setting', async () => {
    const [message] = await received('by-setting', 1);
    expect(String(message?.body)).toBe('returned');
  });
});
