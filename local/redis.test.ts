import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { useTestRedis } from '../tests/support/test-redis.ts';
import { findRedisServer } from './redis-binary.ts';
import { startRedis } from './redis.ts';
import type { RedisServer } from './redis.ts';

let folder: string;
let closers: (() => unknown)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redis with space-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<Parameters<typeof startRedis>[0]> = {}): Promise<RedisServer> {
  const server = await startRedis({ port: 0, dataDir: folder, ...options });
  closers.push(() => server.close());
  return server;
}

function connect(url: string): Redis {
  // ioredis waits for disconnectTimeout where the server has already hung up.
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: null, disconnectTimeout: 1 });
  client.on('error', () => undefined);
  closers.push(() => client.disconnect());
  return client;
}

describe('a Redis of its own for a test file', () => {
  const redis = useTestRedis();

  it('answers, and runs Lua with cjson', async () => {
    const client = connect(redis.url);
    expect(await client.ping()).toBe('PONG');
    expect(await client.eval(`return cjson.encode({a = ARGV[1]})`, 0, 'x')).toBe('{"a":"x"}');
  });
});

it('keeps what was written when it is stopped and started again', async () => {
  const first = await start();
  await connect(first.url).set('task', 'kept');
  await first.close();
  const second = await start();
  expect(await connect(second.url).get('task')).toBe('kept');
});

it('keeps what was acknowledged when it is killed', async () => {
  const first = await start();
  await connect(first.url).set('task', 'kept');
  first.process.kill('SIGKILL');
  await once(first.process, 'exit');
  const second = await start();
  expect(await connect(second.url).get('task')).toBe('kept');
});

it('ends a redis-server that an earlier start left behind in the same folder', async () => {
  const left = await start();
  const gone = once(left.process, 'exit');
  await start();
  await gone;
});

it('asks for the password it was given', async () => {
  const server = await start({ password: 'a "quoted" word' });
  await expect(connect(`redis://127.0.0.1:${server.port}`).get('x')).rejects.toThrow('NOAUTH');
  expect(await connect(server.url).ping()).toBe('PONG');
});

it('listens on this machine only', async () => {
  const server = await start();
  const [, bound] = await connect(server.url).config('GET', 'bind');
  expect(bound).toBe('127.0.0.1 -::1');
});

it('says in one sentence that the port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  closers.push(() => other.close());
  const { port } = other.address() as AddressInfo;
  await expect(start({ port })).rejects.toThrow(
    new RegExp(`could not start on port ${port}: .*Address already in use`),
  );
});

it('says what to install where there is neither redis-server nor apt', async () => {
  await expect(findRedisServer(join(folder, 'tools'), '')).rejects.toThrow('install redis-server');
});

describe('without redis-server on PATH', () => {
  /** A PATH on which apt-get is a script that answers as told and dpkg creates the program it would unpack. */
  function pathWith(aptGet: string): string {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const script = (name: string, text: string) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(bin, name), 0o755);
    };
    script('apt-get', aptGet);
    script('dpkg', 'mkdir -p "$3/usr/bin" "$3/usr/lib/some-triplet" && : > "$3/usr/bin/redis-server"');
    for (const tool of ['sh', 'mkdir', 'touch']) symlinkSync(`/bin/${tool}`, join(bin, tool));
    return bin;
  }

  it('unpacks the packages once, also when two processes do it at the same time', async () => {
    const path = pathWith('touch redis-server.deb');
    const tools = join(folder, 'tools');
    const found = await Promise.all([findRedisServer(tools, path), findRedisServer(tools, path)]);
    for (const { file, environment } of found) {
      expect(file).toBe(join(tools, 'usr/bin/redis-server'));
      expect(environment['LD_LIBRARY_PATH']).toContain('some-triplet');
      expect(existsSync(file)).toBe(true);
    }
  });

  it('says what to run when the package lists are empty', async () => {
    const path = pathWith('echo "E: Unable to locate package redis-server" >&2; exit 100');
    await expect(findRedisServer(join(folder, 'tools'), path)).rejects.toThrow(
      'Redis is missing and could not be fetched from Debian (Unable to locate package redis-server): run "sudo apt-get update"',
    );
  });
});
