import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../../../local/launcher/child.ts';
import type { RunningPiece } from '../../../local/launcher/supervisor.ts';
import { startRedis } from '../../../local/redis.ts';
import entities from '../../../contracts/service-bus.json' with { type: 'json' };
import { settingsOnFreePorts, type StackSettings } from '../../support/stack-settings.ts';
import { buildTestApp } from './test-app.ts';

/** The services on free ports, each a process of its own, and as many Functions hosts beside them as a test wants. */
export interface Rig {
  readonly folder: string;
  /** The settings as the services serve them. */
  readonly values: Readonly<Record<string, string>>;
  readonly witnessFile: string;
  readonly queues: readonly string[];
  /** Starts a host on the port; with other settings than the services' own it may reach them through proxies. */
  startHost(port: number, values?: Readonly<Record<string, string>>): Promise<RunningPiece>;
  startPiece(name: 'redis' | 'services' | 'azurite'): Promise<RunningPiece>;
  readonly log: (line: string) => void;
}

export interface RigOptions {
  readonly root: string;
  readonly folder: string;
  readonly settings?: Record<string, string>;
  readonly lockDuration?: string;
  readonly log?: (line: string) => void;
}

const watched = { readyWithinMs: 60_000, pingEveryMs: 0, missedPingsAllowed: 5 };
const running = new AbortController().signal;

/** Nothing runs yet: start the pieces first, then hosts. */
export async function createRig(options: RigOptions): Promise<Rig> {
  const { root, folder, lockDuration = 'PT5S', log = () => undefined } = options;
  mkdirSync(folder, { recursive: true });
  const witnessFile = join(folder, 'witness.jsonl');
  writeFileSync(witnessFile, '');
  const appFolder = join(folder, 'app');
  await buildTestApp(root, appFolder);
  const settings = await settingsOnFreePorts({ ...options.settings, WITNESS_FILE: witnessFile });
  const settingsFile = writeJson(folder, 'settings.json', settings);
  const quick = withLockDuration(lockDuration);
  const entitiesFile = writeJson(folder, 'entities.json', quick);

  const child = (program: string, name: string, args: readonly string[]) =>
    startChild(
      { ...watched, program: join(root, program), args: [...args], cwd: root, log: (line) => log(`${name} | ${line}`) },
      running,
    );
  const storage = settings.Values['AzureWebJobsStorage'] ?? '';
  const addressOf = (kind: string) => new RegExp(`${kind}Endpoint=http://([^/]+)`).exec(storage)?.[1] ?? '';
  const data = ['--data', folder];
  const pieces = {
    redis: () => startRedisPiece(settings, root, folder),
    services: () =>
      child('local/services.ts', 'services', ['--settings', settingsFile, ...data, '--entities', entitiesFile]),
    azurite: () =>
      child('local/azurite.ts', 'azurite', ['--blob', addressOf('Blob'), '--table', addressOf('Table'), ...data]),
  };
  return {
    folder,
    values: settings.Values,
    witnessFile,
    queues: quick.UserConfig.Namespaces[0]!.Queues.map(({ Name }) => Name),
    startPiece: (name) => pieces[name](),
    startHost(port, values = settings.Values) {
      const own = { ...settings, Values: { ...values }, Host: { ...settings.Host, LocalHttpPort: port } };
      const file = writeJson(folder, `host-${port}.json`, own);
      const hostData = ['--data', join(folder, `host-${port}`)];
      mkdirSync(hostData[1]!, { recursive: true });
      const args = ['--app', appFolder, '--settings', file, ...hostData, '--drain-seconds', '2'];
      return child('local/functions-host/main.ts', `host ${port}`, args);
    },
    log,
  };
}

function withLockDuration(lockDuration: string): typeof entities {
  const quick = structuredClone(entities);
  for (const queue of quick.UserConfig.Namespaces[0]!.Queues) queue.Properties.LockDuration = lockDuration;
  return quick;
}

async function startRedisPiece({ Values }: StackSettings, root: string, folder: string): Promise<RunningPiece> {
  const { process: server } = await startRedis({
    port: Number(new URL(Values['RedisConnection']!).port),
    dataDir: join(folder, 'redis'),
    toolsDir: join(root, '.local/redis-server'),
  });
  const send = (signal: NodeJS.Signals) => () => void server.kill(signal);
  return {
    pid: server.pid as number,
    ended: new Promise((resolve) => server.once('exit', (code, signal) => resolve(String(signal ?? code)))),
    terminate: send('SIGTERM'),
    kill: send('SIGKILL'),
    pause: send('SIGSTOP'),
    resume: send('SIGCONT'),
  };
}

function writeJson(folder: string, name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content, null, 2));
  return file;
}
