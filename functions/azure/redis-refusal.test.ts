import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, type RedisServer } from '../../local/redis.ts';
import { connectRedis } from './redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'redis-refusal-'));
let server: RedisServer;
beforeAll(async () => void (server = await startRedis({ port: 0, dataDir: folder, appendonly: false })));
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('says in the log what a task that waits for Redis lacks', async () => {
  const admin = new Redis(server.url);
  await admin.call('ACL', 'SETUSER', 'stranger', 'on', '>right', '~*', '+@all');
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const patient = connectRedis(server.url.replace('redis://', 'redis://stranger:wrong@'), {
    maxRetriesPerRequest: null,
  });
  patient.get('x').catch(() => undefined);
  while (warn.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(warn.mock.calls).toEqual([[expect.stringContaining('the access policy "default" of the database')]]);
  // It tries again until it is let in.
  await admin.call('ACL', 'SETUSER', 'stranger', '>wrong');
  while (patient.status !== 'ready') await new Promise((resolve) => setTimeout(resolve, 10));
  patient.disconnect();
  admin.disconnect();
  warn.mockRestore();
});
