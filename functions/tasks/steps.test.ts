import { Cluster, type Redis } from 'ioredis';
import { leaseMs, StoredTasks } from '../../tests/support/stored-tasks.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { prepareConnection } from '../azure/redis-scripts.ts';
import { countStates } from './count-states.ts';
import { takeStep } from './steps.ts';
import { allPartitions, partitionOf } from './task-id.ts';
import { waitingKey } from './task-keys.ts';

let connection: Redis;
afterAll(() => connection.disconnect());
const redis = useTestRedis();
beforeAll(() => {
  connection = redis.connect({ isPipelined: true });
  prepareConnection(connection);
});

it('runs the first script of a connection in the same turn as another command', async () => {
  const before = connection.get('{amo:0}:anything');
  const reply = takeStep(connection, 'renewLease', '{amo:0}:task:none', ['', 'token', 1_000]);
  expect(await before).toBeNull();
  expect(await reply).toEqual({ reply: 'lost', woken: [], hasEnded: false });
});

it('takes steps of all partitions in one turn, beside other commands: on a cluster they go to several nodes', async () => {
  const asked = allPartitions.map(async (partition) => {
    const other = connection.get(`{amo:${partition}}:anything`);
    const { reply } = await takeStep(connection, 'renewLease', `{amo:${partition}}:task:none`, ['', 'token', 1_000]);
    return [await other, reply];
  });
  expect(await Promise.all(asked)).toEqual(allPartitions.map(() => [null, 'lost']));
});

it('leaves all of a task as it was whose step fails because Redis is full, whatever others do in the same script', async () => {
  const tasks = new StoredTasks(connection);
  const [running, queued] = [await tasks.running('one'), await tasks.queued()];
  await limitMemory(1);
  const [completed, started] = await Promise.allSettled([
    tasks.store.complete(running, 'one', '{}'),
    tasks.store.start(queued, 1, 'two', leaseMs),
  ]);
  await limitMemory(0);
  expect(completed).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/OOM/) as string } });
  expect(started).toMatchObject({ status: 'fulfilled', value: { outcome: 'started' } });
  expect(await countStates(connection, 'ada')).toMatchObject({ running: 2, completed: 0 });
  const waiting = (['leases', 'finished'] as const).map((name) => waitingKey(partitionOf('ada'), name));
  expect(await Promise.all(waiting.map((key) => connection.zcard(key)))).toEqual([2, 0]);
  expect(await tasks.store.complete(running, 'one', '{}')).toMatchObject({ outcome: 'completed' });
});

async function limitMemory(bytes: number): Promise<void> {
  const one: unknown = connection;
  const nodes = one instanceof Cluster ? one.nodes('master') : [connection];
  await Promise.all(nodes.map((node) => node.config('SET', 'maxmemory', String(bytes))));
}
