import { BlobServiceClient } from '@azure/storage-blob';
import { ServiceBusClient } from '@azure/service-bus';
import { Redis } from 'ioredis';
import { useStack } from '../support/stack.ts';
import type { PieceName, TestStack } from '../support/stack.ts';

const stack = useStack();

/** Opens a Redis client for the one action; a killed server is found gone at once. */
async function inRedis<T>({ redisUrl }: TestStack, action: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(redisUrl, { disconnectTimeout: 1 });
  client.on('error', () => undefined);
  try {
    return await action(client);
  } finally {
    client.disconnect();
  }
}

async function isHealthy(): Promise<boolean> {
  const response = await fetch(`${stack().baseUrl}/api/health`);
  return response.status === 200;
}

it('serves what the settings say', async () => {
  expect(await isHealthy()).toBe(true);
  const blobs = BlobServiceClient.fromConnectionString(stack().storageConnection);
  const container = blobs.getContainerClient('some-container');
  await container.create();
  expect(await container.exists()).toBe(true);
});

it('lets nobody into Service Bus without the key of the settings', async () => {
  const wrong = stack().serviceBusConnection.replace(/SharedAccessKey=[^;]*/, 'SharedAccessKey=d3Jvbmc=');
  const client = new ServiceBusClient(wrong, { retryOptions: { maxRetries: 0 } });
  const sending = client.createSender('tasks').sendMessages({ body: 'x' });
  await expect(sending).rejects.toMatchObject({ code: 'UnauthorizedAccess' });
  await client.close();
});

it('runs each piece in a process of its own, listed with its PID', () => {
  expect(Object.keys(stack().pids()).sort()).toEqual(['azurite', 'host', 'redis', 'services']);
  expect(new Set(Object.values(stack().pids())).size).toBe(4);
});

it.each<PieceName>(['redis', 'services', 'azurite', 'host'])(
  'starts %s again when it is killed, and leaves the others alone',
  async (name) => {
    const before = stack().pids();
    await stack().kill(name);
    await stack().untilRestarted(name);
    const { [name]: restarted, ...others } = stack().pids();
    expect(restarted).not.toBe(before[name]);
    expect({ ...others, [name]: before[name] }).toEqual(before);
    expect(stack().logs()).toContain('was ended by SIGKILL: it is started again');
  },
);

it('keeps the data of Redis and of the broker through kills and a stop', async () => {
  await inRedis(stack(), (client) => client.set('kept', 'through all'));
  const client = new ServiceBusClient(stack().serviceBusConnection);
  const later = new Date(Date.now() + 3_600_000);
  await client.createSender('tasks').scheduleMessages({ body: 'kept' }, later);
  await client.close();
  for (const name of ['redis', 'services'] as const) {
    await stack().kill(name);
    await stack().untilRestarted(name);
  }
  await stack().restart();
  expect(await inRedis(stack(), (redis) => redis.get('kept'))).toBe('through all');
  const second = new ServiceBusClient(stack().serviceBusConnection);
  const [peeked] = await second.createReceiver('tasks').peekMessages(1);
  await second.close();
  expect(peeked?.body).toBe('kept');
});
