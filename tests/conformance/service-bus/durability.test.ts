import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { ENTITIES } from './entities.ts';
import { connectionStringOf, isEmpty, onlyHere, receive } from './namespace.ts';

const PROGRAM = join(process.cwd(), 'tests/conformance/service-bus/broker-process.ts');

onlyHere('the data file', () => {
  let folder: string;
  let dataFile: string;
  const children = new Set<ChildProcess>();
  const clients = new Set<ServiceBusClient>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'durability-'));
    dataFile = join(folder, 'data.sqlite');
  });
  afterEach(async () => {
    for (const client of clients) await client.close();
    for (const child of children) child.kill('SIGKILL');
    clients.clear();
    children.clear();
    await rm(folder, { recursive: true });
  });

  const start = async () => {
    const child = fork(PROGRAM, [dataFile, JSON.stringify(ENTITIES)], { execPath: process.execPath });
    children.add(child);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const client = new ServiceBusClient(connectionStringOf(port), {
      retryOptions: { maxRetries: 0, timeoutInMs: 3000 },
    });
    clients.add(client);
    const kill = async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      clients.delete(client);
      // Its connection is gone: closing it has nobody to talk to.
      void client.close().catch(() => undefined);
    };
    return { client, kill };
  };

  it('keeps what was acknowledged when the broker is killed under traffic, and nothing that was completed', async () => {
    const acknowledged = new Set<string>();
    const completed = new Set<string>();
    const numbers = new Map<string, string>();
    const note = ({ messageId, sequenceNumber }: ServiceBusReceivedMessage) => {
      const [id, number] = [String(messageId), String(sequenceNumber)];
      // A number that was given to one message is never given to another.
      expect(numbers.get(number) ?? id).toBe(id);
      numbers.set(number, id);
      return id;
    };

    let next = 0;
    for (let round = 0; round < 3; round++) {
      const { client, kill } = await start();
      const sender = client.createSender('plain');
      const receiver = client.createReceiver('plain');
      let stopped = false;
      const send = async () => {
        while (!stopped) {
          const messageId = `m${next++}`;
          try {
            await sender.sendMessages({ body: 'x'.repeat(500), messageId });
            acknowledged.add(messageId);
          } catch {
            return;
          }
        }
      };
      const sending = Array.from({ length: 16 }, send);
      const wanted = completed.size + 100;
      await new Promise<void>((resolve) => {
        receiver.subscribe(
          {
            async processMessage(message) {
              const id = note(message);
              expect(completed.has(id)).toBe(false);
              await receiver.completeMessage(message);
              completed.add(id);
              if (completed.size >= wanted) resolve();
            },
            processError: async () => undefined,
          },
          { autoCompleteMessages: false, maxConcurrentCalls: 8 },
        );
      });
      await kill();
      stopped = true;
      await Promise.all(sending);
    }

    const { client } = await start();
    const left = new Set<string>();
    const receiver = client.createReceiver('plain', { receiveMode: 'receiveAndDelete' });
    for (;;) {
      const messages = await receiver.receiveMessages(500, { maxWaitTimeInMs: 500 });
      if (messages.length === 0) break;
      for (const message of messages) left.add(note(message));
    }
    expect([...acknowledged].filter((id) => !completed.has(id) && !left.has(id))).toEqual([]);
    expect([...left].filter((id) => completed.has(id))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(300);
  });

  it('keeps scheduled messages, session state and what was deferred', async () => {
    const first = await start();
    await first.client.createSender('plain').scheduleMessages({ body: 'later' }, new Date(Date.now() + 1500));
    await first.client.createSender('plain').sendMessages({ body: 'deferred' });
    const receiver = first.client.createReceiver('plain');
    const [deferred] = await receive(receiver, 1);
    if (!deferred?.sequenceNumber) throw new Error('a message was expected');
    await receiver.deferMessage(deferred);
    const session = await first.client.acceptSession('sessions', 's');
    await session.setSessionState('step 1');
    await first.kill();

    const { client } = await start();
    const again = client.createReceiver('plain', { receiveMode: 'receiveAndDelete' });
    expect(await again.receiveDeferredMessages(deferred.sequenceNumber)).toMatchObject([{ body: 'deferred' }]);
    expect(await receive(again, 1)).toMatchObject([{ body: 'later' }]);
    expect(await isEmpty(again)).toBe(true);
    expect(await (await client.acceptSession('sessions', 's')).getSessionState()).toBe('step 1');
  });

  it('that is none, or is in use, ends in one sentence that names it', async () => {
    await writeFile(dataFile, 'not a database, but long enough to look like something else'.repeat(100));
    const starting = () => startServiceBus({ port: 0, dataFile, entities: ENTITIES });
    await expect(starting()).rejects.toThrow(
      `The Service Bus data file ${dataFile} cannot be used: file is not a database.`,
    );
    await truncate(dataFile);
    const server = await starting();
    await expect(starting()).rejects.toThrow(
      `The Service Bus data file ${dataFile} cannot be used: database is locked.`,
    );
    await server.close();
  });
});
