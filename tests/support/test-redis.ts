/** Gives a test file a Redis of its own: own process, own folder, own port, stopped when the file's tests are over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '../../local/redis.ts';
import type { RedisServer } from '../../local/redis.ts';

/**
 * Call it at the top of a test file or a describe block; `url` and `port` may be read from `beforeAll` on.
 *
 *     const redis = useTestRedis();
 *     beforeAll(() => { store = openTaskStore(redis.url); });
 */
export function useTestRedis(): { readonly url: string; readonly port: number; readonly server: RedisServer } {
  const folder = mkdtempSync(join(tmpdir(), 'test-redis-'));
  let server: RedisServer | undefined;
  const started = () => {
    if (!server) throw new Error('Redis runs from beforeAll on.');
    return server;
  };
  beforeAll(async () => {
    // Nothing is kept: a test's Redis starts empty and needs no disk.
    server = await startRedis({ port: 0, dataDir: folder, appendonly: false });
  });
  afterAll(async () => {
    await server?.close();
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
  };
}
