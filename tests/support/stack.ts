/** A whole stack for journeys and crash tests: the real launcher with every piece, on free ports, with data of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcesses } from '../../local/launcher/processes-file.ts';
import type { ProcessInfo } from '../../local/launcher/processes-file.ts';
import { causeFault } from './faults.ts';
import { spawnLauncher } from './launcher-process.ts';
import type { LauncherProcess } from './launcher-process.ts';
import { settingsOnFreePorts } from './stack-settings.ts';
import { testHasFailed } from './test-outcome.ts';

export type PieceName = 'host' | 'services' | 'redis' | 'azurite';

export interface StackOptions {
  /** Settings to add or replace. */
  readonly settings?: Record<string, string>;
  /** Other entities for the broker, in the form of contracts/service-bus.json. */
  readonly entities?: unknown;
  /** Default: a new folder, removed by `stop`. */
  readonly dataDir?: string;
  /** More arguments for the launcher. */
  readonly arguments?: readonly string[];
}

export interface TestStack {
  /** Of the web app and the API, without a slash at the end. */
  readonly baseUrl: string;
  /** The settings the app sees: connection strings and the rest. */
  readonly values: Readonly<Record<string, string>>;
  readonly redisUrl: string;
  readonly serviceBusConnection: string;
  readonly signalRConnection: string;
  readonly storageConnection: string;
  readonly dataDir: string;
  readonly settingsFile: string;
  /** What the launcher and all pieces have written since the first start. */
  logs(): string;
  /** By piece; a piece is missing between two runs. */
  pids(): Partial<Record<PieceName, number>>;
  /** Ends the piece's process with SIGKILL; resolves when it is gone. The launcher starts it again by itself. */
  kill(piece: PieceName): Promise<void>;
  /** Resolves when the piece runs again, and is ready, after a `kill`. */
  untilRestarted(piece: PieceName): Promise<void>;
  /** Causes a fault through the control socket, see docs/faults.md: `service-bus/refuse`. Fails with the launcher's sentence. */
  fault(path: string, given?: object): Promise<{ readonly affected?: number }>;
  /** Stops the whole stack and starts it again with the same settings and data. */
  restart(): Promise<void>;
  /** Stops it as `kill PID` would, or with another signal; resolves with the time it took, in ms. */
  stop(signal?: NodeJS.Signals): Promise<number>;
}

export async function startStack(options: StackOptions = {}): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  const dataDir = options.dataDir ?? join(folder, 'data');
  const settings = await settingsOnFreePorts(options.settings);
  const settingsFile = writeJson(folder, 'settings.json', settings);
  const entities =
    options.entities === undefined ? [] : ['--entities', writeJson(folder, 'entities.json', options.entities)];
  const earlier: LauncherProcess[] = [];
  let launcher = await launch();

  async function launch(): Promise<LauncherProcess> {
    const started = spawnLauncher([
      '--settings',
      settingsFile,
      '--data',
      dataDir,
      '--control',
      ...entities,
      ...(options.arguments ?? []),
    ]);
    await started.ready;
    return started;
  }

  const piece = (name: PieceName): ProcessInfo | undefined => readProcesses(dataDir)?.pieces[name];
  const restartsBefore = new Map<PieceName, number>();

  async function end(signal: NodeJS.Signals): Promise<number> {
    const askedAt = Date.now();
    launcher.child.kill(signal);
    await launcher.ended;
    return Date.now() - askedAt;
  }

  return {
    baseUrl: `http://localhost:${settings.Host.LocalHttpPort}`,
    values: settings.Values,
    redisUrl: settings.Values['RedisConnection'] ?? '',
    serviceBusConnection: settings.Values['ServiceBusConnection'] ?? '',
    signalRConnection: settings.Values['AzureSignalRConnectionString'] ?? '',
    storageConnection: settings.Values['AzureWebJobsStorage'] ?? '',
    dataDir,
    settingsFile,
    logs: () => [...earlier, launcher].map((run) => run.output()).join(''),
    pids() {
      const pieces = Object.entries(readProcesses(dataDir)?.pieces ?? {});
      return Object.fromEntries(pieces.filter(([, { pid }]) => pid !== null).map(([name, { pid }]) => [name, pid]));
    },
    async kill(name) {
      const { pid, restarts } = piece(name) ?? { pid: null, restarts: 0 };
      if (pid === null) throw new Error(`${name} does not run now.`);
      restartsBefore.set(name, restarts);
      process.kill(pid, 'SIGKILL');
      await until(() => piece(name)?.pid !== pid);
    },
    untilRestarted: (name) =>
      until(() => {
        const { pid = null, restarts = 0 } = piece(name) ?? {};
        return pid !== null && restarts > (restartsBefore.get(name) ?? 0);
      }),
    fault: (path, given = {}) => causeFault(join(dataDir, 'control.sock'), path, given),
    async restart() {
      await end('SIGTERM');
      earlier.push(launcher);
      launcher = await launch();
    },
    async stop(signal = 'SIGTERM') {
      const took = await end(signal);
      rmSync(folder, { recursive: true, force: true });
      return took;
    },
  };
}

/**
 * A stack for all tests of a file: started before the first, stopped after the last; what it wrote during a test that fails is shown.
 *
 *     const stack = useStack();
 *     it('…', async () => { await fetch(`${stack().baseUrl}/api/tasks`); });
 */
export function useStack(options?: StackOptions): () => TestStack {
  let stack: TestStack | undefined;
  let seen = 0;
  const running = () => {
    if (!stack) throw new Error('The stack runs from beforeAll on.');
    return stack;
  };
  beforeAll(async () => void (stack = await startStack(options)));
  beforeEach(() => void (seen = running().logs().length));
  afterEach(async () => {
    if (!testHasFailed()) return;
    // The last lines still travel through two pipes.
    await delay(200);
    const { currentTestName } = expect.getState();
    process.stderr.write(`What the stack wrote during "${currentTestName}":\n${running().logs().slice(seen)}\n`);
  });
  afterAll(async () => void (await stack?.stop()));
  return running;
}

function writeJson(folder: string, name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content, null, 2));
  return file;
}

/** processes.json is replaced at each change; the file system tells so unreliably, so it is read again and again. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20);
}
