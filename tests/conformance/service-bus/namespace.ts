import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusReceiver } from '@azure/service-bus';
import { startServiceBus } from '../../../local/service-bus/server.ts';

/**
 * The namespace under test: ours, or a real one where SERVICEBUS_CONNECTION_STRING names it.
 * A real one must hold the entities of `entities.ts`, empty, on the Standard tier.
 */
const real = process.env.SERVICEBUS_CONNECTION_STRING;

/** Tests about what only our stand-in has (its file, its key, its restart) are skipped against Azure. */
export const onlyHere = real ? describe.skip : describe;

export const KEY_NAME = 'RootManageSharedAccessKey';
export const KEY = 'a2V5LW9mLXRoZS10ZXN0cw==';

export interface TestNamespace {
  readonly connectionString: string;
  readonly client: ServiceBusClient;
  /** Another connection to the same namespace, closed with it. */
  connect(connectionString?: string, timeoutInMs?: number): ServiceBusClient;
  close(): Promise<void>;
}

export async function startNamespace(entities: unknown): Promise<TestNamespace> {
  const folder = await mkdtemp(join(tmpdir(), 'service-bus-'));
  const server = real
    ? undefined
    : await startServiceBus({
        port: 0,
        dataFile: join(folder, 'data.sqlite'),
        entities,
        accessKeys: { [KEY_NAME]: KEY },
      });
  const connectionString = real ?? connectionStringOf(server?.port ?? 0);
  const clients: ServiceBusClient[] = [];
  const connect = (to = connectionString, timeoutInMs = 10_000) => {
    const client = new ServiceBusClient(to, { retryOptions: { maxRetries: 0, timeoutInMs } });
    clients.push(client);
    return client;
  };
  return {
    connectionString,
    client: connect(),
    connect,
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await server?.close();
      await rm(folder, { recursive: true });
    },
  };
}

export function connectionStringOf(port: number, keyName = KEY_NAME, key = KEY): string {
  return `Endpoint=sb://localhost:${port};SharedAccessKeyName=${keyName};SharedAccessKey=${key};UseDevelopmentEmulator=true;`;
}

/** Receives exactly `count` messages, in as many calls as it takes. */
export async function receive(receiver: ServiceBusReceiver, count: number): Promise<ServiceBusReceivedMessage[]> {
  const messages: ServiceBusReceivedMessage[] = [];
  while (messages.length < count) {
    const more = await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: 10_000 });
    if (more.length === 0) throw new Error(`${messages.length} of ${count} messages came`);
    messages.push(...more);
  }
  return messages;
}

/** The one message that comes. */
export async function receiveOne(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receive(receiver, 1);
  if (!message) throw new Error('no message came');
  return message;
}

/** True when nothing comes within the time a delivery would take. */
export async function isEmpty(receiver: ServiceBusReceiver, waitMs = 300): Promise<boolean> {
  return (await receiver.receiveMessages(1, { maxWaitTimeInMs: waitMs })).length === 0;
}
