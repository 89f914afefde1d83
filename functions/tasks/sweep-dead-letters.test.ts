import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import { StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import type { Engine } from './engine.ts';
import { sweepDeadLetters } from './sweep-dead-letters.ts';
import { partitionOf } from './task-id.ts';
import { obsoleteMessagesKey, taskKey } from './task-keys.ts';
import { findTask } from './task-queries.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
beforeAll(() => void (redis = testRedis.connect()));

it('brings all other records in line when one is damaged', async () => {
  const tasks = new StoredTasks(redis);
  const [damaged, given] = [await tasks.queued(), await tasks.queued()];
  await redis.set(taskKey(damaged), 'no hash');
  const logged: unknown[] = [];
  const engine = { store: tasks.store, publish: () => undefined, log: (text) => logged.push(text) } as Partial<Engine>;
  const pages = [damaged, given].map((id) => ({ body: id, messageId: `${id}:1` }) as ServiceBusReceivedMessage);
  await sweepDeadLetters(engine as Engine, 'tasks', async () => pages.splice(0));
  expect(await findTask(redis, given)).toMatchObject({ state: 'dead-lettered', error: { code: 'delivery-limit' } });
  expect(logged).toContainEqual(expect.stringContaining(`${damaged}:1`));
});

it('takes out a copy that lies in another queue than the task’s own message goes to', async () => {
  const tasks = new StoredTasks(redis);
  const id = await tasks.queued();
  const engine = { store: tasks.store, publish: () => undefined, log: () => undefined } as Partial<Engine>;
  const pages = [[{ body: id, messageId: `${id}:1` } as ServiceBusReceivedMessage]];
  await sweepDeadLetters(engine as Engine, 'tasks-low', async () => pages.shift() ?? []);
  expect(await findTask(redis, id)).toMatchObject({ state: 'queued' });
  expect(await redis.smembers(obsoleteMessagesKey(partitionOf('ada')))).toEqual([`${id} ${id}:1`]);
});
