import type { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedisServer } from '../../local/redis.ts';
import { startRedisCluster } from '../../tests/support/redis-cluster.ts';
import { takeStep } from '../tasks/steps.ts';
import { toResponse } from '../http-errors.ts';
import { connectRedis } from './redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'redis-cluster-'));
let nodes: readonly RedisServer[];
let redis: Redis;
beforeAll(async () => {
  nodes = await startRedisCluster(folder);
  redis = connectRedis(`${nodes[0]!.url}?cluster=true`, { maxRetriesPerRequest: 1, commandTimeout: 2_000 });
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all(nodes.map((node) => node.close()));
  rmSync(folder, { recursive: true, force: true });
});

const log = { ...console, warn: () => undefined, error: () => undefined, invocationId: 'test' };
const keys = Array.from({ length: 16 }, (_, n) => `{amo:${n.toString(16)}}:x`);

describe('a connection to a cluster', () => {
  it('reads and writes keys of all nodes in one turn', async () => {
    await Promise.all(keys.map((key) => redis.set(key, key)));
    expect(await Promise.all(keys.map((key) => redis.get(key)))).toEqual(keys);
  });

  it('runs scripts on all nodes, in the same turn as other commands', async () => {
    const replies = keys.flatMap((key) => [
      redis.get(key).then(() => 'lost'),
      takeStep(redis, 'renewLease', key.replace(':x', ':task:none'), ['', 'token', 1_000]).then(({ reply }) => reply),
    ]);
    expect(new Set(await Promise.all(replies))).toEqual(new Set(['lost']));
  });

  it('fails within seconds when the cluster is away', async () => {
    await Promise.all(nodes.map((node) => node.close()));
    for (let n = 0; n < 5; n += 1) {
      const asked = Date.now();
      const problem = await redis.get('x').catch((error: unknown) => toResponse(error, log));
      expect(problem).toMatchObject({ status: 503 });
      expect(Date.now() - asked).toBeLessThan(5_000);
    }
  });
});
