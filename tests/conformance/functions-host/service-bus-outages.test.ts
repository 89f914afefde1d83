import { ServiceBusClient } from '@azure/service-bus';
import Long from 'long';
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

/** No message waits in the queue or is locked. */
async function untilEmpty(queue: string): Promise<void> {
  const receiver = client.createReceiver(queue);
  while ((await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).length > 0)
    await new Promise((done) => setTimeout(done, 100));
  await receiver.close();
}

describe('the broker', () => {
  test('may restart: what was sent meanwhile or before is received, without restarting the host', async () => {
    const { port } = bus;
    await client.close();
    await bus.close();
    await app.printed(/warn {2}Restart: The queue "restart" is out of reach, trying until it answers/);
    bus = await startBus(data, port);
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
    await client.createSender('slow').sendMessages({ body: { id: 'unanswered', delayMs: 2_000 } });
    const [message] = await client.createReceiver('slow').peekMessages(1, { fromSequenceNumber: Long.ONE });
    await app.printed(/BEGUN unanswered/);
    bus.faults.latency = 60_000;
    // The broker has settled it, and its answer is held back.
    while (bus.deliveries('slow').isLocked(message!.sequenceNumber!.toNumber()))
      await new Promise((done) => setTimeout(done, 20));
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
    const probe = await startBus(late);
    await probe.close();
    const waiting = await hostApp(sampleApp(probe.port));
    await waiting.printed(/Single: The queue "single" is out of reach/);
    const lateBus = await startBus(late, probe.port);
    const lateClient = new ServiceBusClient(connection(probe.port));
    await lateClient.createSender('restart').sendMessages({ body: { id: 'late' } });
    await waiting.printed(/RESTART late/);
    await waiting.stop();
    await lateClient.close();
    await lateBus.close();
    await rm(late, { recursive: true, force: true });
  });
});
