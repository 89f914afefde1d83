import { ServiceBusClient } from '@azure/service-bus';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

const entities = {
  UserConfig: { Namespaces: [{ Queues: [{ Name: 'ordered', Properties: { RequiresSession: true } }] }] },
};

/** Prints, of each message, its session, its number and how many sessions are being handled beside it. */
const functions = `
const { app } = require('@azure/functions');
let beside = 0;
app.serviceBusQueue('Ordered', { queueName: 'ordered', connection: 'Bus', isSessionsEnabled: true, handler: async (message, context) => {
  beside += 1;
  await new Promise((done) => setTimeout(done, 5));
  console.log('DID ' + JSON.stringify([context.triggerMetadata.sessionId, message, beside]));
  beside -= 1;
} });
`;

let data: string;
let bus: Awaited<ReturnType<typeof startServiceBus>>;
let client: ServiceBusClient;
let app: HostedApp;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'many-sessions-'));
  bus = await startServiceBus({ port: 0, dataFile: join(data, 'bus.db'), entities });
  const Bus = `Endpoint=sb://localhost:${bus.port};SharedAccessKeyName=n;SharedAccessKey=a2V5;UseDevelopmentEmulator=true;`;
  client = new ServiceBusClient(Bus);
  const serviceBus = { maxConcurrentSessions: 32, sessionIdleTimeout: '00:00:00.1' };
  app = await hostApp({
    files: { 'functions.cjs': functions },
    hostJson: { extensions: { serviceBus }, logging: { logLevel: { default: 'Warning' } } },
    values: { Bus },
  });
});
afterAll(async () => {
  await client.close();
  await stopApps();
  await bus.close();
  await rm(data, { recursive: true, force: true });
});

type Did = [session: string, number: number, beside: number];
const did = () => [...app.output().matchAll(/^DID (.*)$/gm)].map(([, json]) => JSON.parse(json ?? '') as Did);
async function untilDone(count: number): Promise<Did[]> {
  while (did().length < count) await delay(50);
  return did();
}

it('takes hundreds of sessions, each in order, as many at once as host.json allows, the oldest first', async () => {
  const names = Array.from({ length: 200 }, (_, index) => `key ${index}`);
  const sender = client.createSender('ordered');
  for (const body of [0, 1]) await sender.sendMessages(names.map((sessionId) => ({ sessionId, body })));
  const done = await untilDone(400);
  expect(done).toHaveLength(400);
  for (const name of names) expect(done.filter(([session]) => session === name).map(([, n]) => n)).toEqual([0, 1]);
  expect(Math.max(...done.map(([, , beside]) => beside))).toBeLessThanOrEqual(32);
  // No session is overtaken by more than those that are taken at the same time.
  const order = [...new Set(done.map(([session]) => session))];
  const displaced = order.map((session, at) => Math.abs(names.indexOf(session) - at));
  expect(Math.max(...displaced)).toBeLessThanOrEqual(2 * 32);
});

it('stops at once while it waits for sessions', async () => {
  const beganAt = performance.now();
  expect(await app.stop()).toBe(0);
  // It would have to wait for 10 s: what the SDK allows for a session to come.
  expect(performance.now() - beganAt).toBeLessThan(4_000);
});
