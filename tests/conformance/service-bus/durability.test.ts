import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import rhea, { type Connection, type EventContext } from 'rhea';
import { startServiceBus } from '../../../local/service-bus/server.ts';
import { ENTITIES } from './entities.ts';
import { connectionStringOf, isEmpty, onlyHere, receive } from './namespace.ts';

const PROGRAM = join(process.cwd(), 'tests/conformance/service-bus/broker-process.ts');

/** Sends and completes messages until it is cut off, and keeps the books. */
class Traffic {
  readonly acknowledged = new Set<string>();
  readonly completed = new Set<string>();
  /** Asked to be completed; killed in between, the broker may have done so without being able to say it. */
  readonly completing = new Set<string>();
  readonly faults: string[] = [];
  readonly #idByNumber = new Map<string, string>();
  #sent = 0;

  /** Resolves when `count` more messages were completed; the traffic goes on. */
  run(connection: Connection, count: number): Promise<void> {
    const sender = connection.open_sender('plain');
    const ids = new Map<unknown, string>();
    sender.on('sendable', () => {
      while (sender.sendable() && ids.size - this.acknowledged.size < 3 * count) {
        const id = `m${this.#sent++}`;
        ids.set(sender.send({ message_id: id, body: rhea.message.data_section(Buffer.alloc(500)) }), id);
      }
    });
    sender.on('accepted', ({ delivery }: EventContext) => this.acknowledged.add(ids.get(delivery) ?? ''));
    const receiver = connection.open_receiver({
      source: 'plain',
      rcv_settle_mode: 1,
      autoaccept: false,
      credit_window: 50,
    });
    const received = new Map<unknown, string>();
    const wanted = this.completed.size + count;
    return new Promise((resolve) => {
      receiver.on('message', ({ message, delivery }: EventContext) => {
        const id = String(message?.message_id);
        this.note(id, String(message?.message_annotations?.['x-opt-sequence-number']));
        if (this.completed.has(id)) this.faults.push(`${id} came back`);
        received.set(delivery, id);
        this.completing.add(id);
        delivery?.accept();
      });
      receiver.on('settled', ({ delivery }: EventContext) => {
        this.completed.add(received.get(delivery) ?? '');
        if (this.completed.size >= wanted) resolve();
      });
    });
  }

  /** A number that was given to one message is never given to another. */
  note(id: string, number: string): void {
    const other = this.#idByNumber.get(number);
    if (other !== undefined && other !== id) this.faults.push(`${number} was given to ${other} and to ${id}`);
    this.#idByNumber.set(number, id);
  }
}

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
    return { client, port, kill };
  };

  it('keeps what was acknowledged when the broker is killed under traffic, and nothing that was completed', async () => {
    const traffic = new Traffic();
    for (let round = 0; round < 5; round++) {
      const { port, kill } = await start();
      const connection = rhea.create_container({ id: 'traffic' }).connect({ port, reconnect: false });
      const disconnected = once(connection, 'disconnected');
      await traffic.run(connection, 200);
      await kill();
      await disconnected;
    }

    const { client } = await start();
    const left = new Set<string>();
    const receiver = client.createReceiver('plain', { receiveMode: 'receiveAndDelete' });
    for (;;) {
      const messages = await receiver.receiveMessages(500, { maxWaitTimeInMs: 500 });
      if (messages.length === 0) break;
      for (const { messageId, sequenceNumber } of messages) {
        traffic.note(String(messageId), String(sequenceNumber));
        left.add(String(messageId));
      }
    }
    const { acknowledged, completed, completing } = traffic;
    expect(traffic.faults).toEqual([]);
    expect([...acknowledged].filter((id) => !completing.has(id) && !left.has(id))).toEqual([]);
    expect([...left].filter((id) => completed.has(id))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(1000);
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
      `The Service Bus data file ${dataFile} is no data file (file is not a database): move it away, `,
    );
    await truncate(dataFile);
    const server = await starting();
    await expect(starting()).rejects.toThrow(
      `The Service Bus data file ${dataFile} is in use (database is locked): end the program that has it open, then start again.`,
    );
    await server.close();
  });
});
