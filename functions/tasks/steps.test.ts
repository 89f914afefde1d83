import type { Redis } from 'ioredis';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { prepareConnection } from '../azure/redis-scripts.ts';
import { takeStep } from './steps.ts';
import { allPartitions } from './task-id.ts';

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
