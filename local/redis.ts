/** Starts a real redis-server on this machine, with its data in a folder, and stops it without losing a write. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithThisProcess } from './orphan-guard.ts';
import { freePort } from './free-port.ts';
import { findRedisServer } from './redis-binary.ts';
import type { RedisBinary } from './redis-binary.ts';
import { endLeftover } from './redis-leftover.ts';

export interface RedisOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly dataDir: string;
  /** Where Debian's packages are unpacked when redis-server is not on PATH. Default: `.local/redis-server` of the working directory. */
  readonly toolsDir?: string;
  /** Default: true, so that a restart finds the data again. */
  readonly appendonly?: boolean;
  /** Default: everysec. A killed Redis loses nothing with either; `always` also survives the power cut of the last second. */
  readonly appendfsync?: 'always' | 'everysec' | 'no';
  readonly password?: string;
  /** Port of the bus between the nodes of a cluster: makes this server a node, which the caller joins to others. */
  readonly clusterPort?: number;
  /** Receives each line redis-server logs. */
  readonly log?: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly process: ChildProcess;
  /** Lets Redis write what is in flight and ends it; resolves when the process is gone. May be called twice. */
  close(): Promise<void>;
}

export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  await endLeftover(dataDir);
  const binary = await findRedisServer(resolve(options.toolsDir ?? '.local/redis-server'));
  return options.port === 0 ? startOnFreePort(binary, { ...options, dataDir }) : start(binary, { ...options, dataDir });
}

/** Between choosing a free port and listening on it another process may take it: then the next one is tried. */
async function startOnFreePort(binary: RedisBinary, options: RedisOptions, triesLeft = 5): Promise<RedisServer> {
  try {
    return await start(binary, { ...options, port: await freePort() });
  } catch (error) {
    if (triesLeft > 1 && /in use/i.test(String(error))) return startOnFreePort(binary, options, triesLeft - 1);
    throw error;
  }
}

async function start(binary: RedisBinary, options: RedisOptions): Promise<RedisServer> {
  options.signal?.throwIfAborted();
  const child = spawn(binary.file, ['-'], {
    cwd: options.dataDir,
    env: { ...process.env, ...binary.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C in the terminal must not end it before its clients.
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(configuration(options));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid !== undefined) void gone.then(endWithThisProcess(child.pid));
  await ready(child, options);
  const password = options.password ? `:${encodeURIComponent(options.password)}@` : '';
  const close = async () => {
    child.kill('SIGTERM');
    await gone;
  };
  return { port: options.port, url: `redis://${password}127.0.0.1:${options.port}`, process: child, close };
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/config/, given on standard input so that a password is in no process list. */
function configuration(options: RedisOptions): string {
  const { port, dataDir, appendonly = true, appendfsync = 'everysec', password, clusterPort } = options;
  return [
    // The dash: no failure where the machine has no IPv6.
    'bind 127.0.0.1 -::1',
    // Only this machine can connect, so a password is the settings file's choice.
    'protected-mode no',
    `port ${port}`,
    `dir ${JSON.stringify(dataDir)}`,
    `pidfile ${JSON.stringify(join(dataDir, 'redis.pid'))}`,
    `appendonly ${appendonly ? 'yes' : 'no'}`,
    `appendfsync ${appendfsync}`,
    // The append-only file is the data; snapshots beside it would only cost disk.
    'save ""',
    'shutdown-timeout 0',
    ...(clusterPort === undefined ? [] : ['cluster-enabled yes', `cluster-port ${clusterPort}`]),
    ...(password ? [`requirepass ${JSON.stringify(password)}`] : []),
    '',
  ].join('\n');
}

/** Resolves when Redis has loaded its data and accepts connections. */
function ready(child: ChildProcess, { port, log, signal }: RedisOptions): Promise<void> {
  return new Promise((accept, reject) => {
    const tail: string[] = [];
    const stop = () => child.kill('SIGKILL');
    const onLine = (line: string) => {
      if (line.trim() === '') return;
      log?.(line);
      tail.push(withoutPrefix(line));
      tail.splice(0, tail.length - 3);
      if (!line.includes('Ready to accept connections')) return;
      signal?.removeEventListener('abort', stop);
      accept();
    };
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', onLine);
    signal?.addEventListener('abort', stop, { once: true });
    child.on('error', (error) => reject(new Error(`redis-server could not be run: ${error.message}.`)));
    // "close", not "exit": the last lines say why.
    child.once('close', () => reject(new Error(`redis-server could not start on port ${port}: ${tail.join(' ')}`)));
  });
}

/** `123:M 21 Nov 2026 03:31:00.000 # Warning: …` → `Warning: …` */
const withoutPrefix = (line: string) => line.replace(/^\d+:[A-Z] .*? [-.*#] /, '');
