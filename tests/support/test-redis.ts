/** Gives a test file a Redis of its own: own process, own folder, own port, stopped when the file's tests are over. */
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipelining } from '../../functions/azure/redis.ts';
import { startRedis } from '../../local/redis.ts';
import type { RedisServer } from '../../local/redis.ts';
import { connectToCluster, startRedisCluster } from './redis-cluster.ts';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly server: RedisServer;
  /** A client of one Redis; of a cluster of three in the jest project `cluster`. Pipelined, it gathers commands as the app's do. Close it before the server: see `useTestRedis`. */
  connect(options?: { readonly isPipelined?: boolean }): Redis;
}

/** Set by the jest project `cluster`, which runs the tests of the stores once more. */
const isCluster = 'redisCluster' in globalThis;

/**
 * Call it at the top of a test file or a describe block; `url` and `port` may be read from `beforeAll` on.
 *
 *     afterAll(() => redis.disconnect());
 *     const testRedis = useTestRedis();
 *     beforeAll(() => void (redis = testRedis.connect()));
 */
export function useTestRedis(): TestRedis {
  const folder = mkdtempSync(join(tmpdir(), 'test-redis-'));
  let servers: readonly RedisServer[] = [];
  const started = () => {
    if (!servers[0]) throw new Error('Redis runs from beforeAll on.');
    return servers[0];
  };
  beforeAll(async () => {
    // Nothing is kept: a test's Redis starts empty and needs no disk.
    const start = () => startRedis({ port: 0, dataDir: folder, appendonly: false });
    servers = isCluster ? await startRedisCluster(folder) : [await start()];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get url() {
      return started().url;
    },
    get port() {
      return started().port;
    },
    get server() {
      return started();
    },
    connect({ isPipelined = false } = {}) {
      const options = isPipelined ? pipelining : {};
      return isCluster ? connectToCluster(started(), options) : new Redis(started().url, options);
    },
  };
}
