/** Angular's development server as a supervised piece: `ng serve`, with the API behind it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localUser, principalHeaders } from '../functions-host/sign-in/principal.ts';
import { endWithThisProcess } from '../orphan-guard.ts';
import { logLines } from './log.ts';
import type { Log } from './log.ts';
import type { Piece, RunningPiece } from './supervisor.ts';

export interface WebOptions {
  /** The project folder. */
  readonly root: string;
  readonly dataDir: string;
  readonly webPort: number;
  /** Where the API is. */
  readonly httpPort: number;
  /** A host of somebody else, such as `func start`, knows no sign-in: then all requests come from the local user. */
  readonly servicesOnly: boolean;
  readonly log: Log;
}

const readyWithinMs = 120_000;

export function webPiece(options: WebOptions): Piece {
  return { name: 'web', ports: { web: options.webPort }, stopWithinMs: 200, start: (signal) => serve(options, signal) };
}

async function serve(options: WebOptions, signal: AbortSignal): Promise<RunningPiece> {
  signal.throwIfAborted();
  const { root, webPort, log } = options;
  const ng = join(root, 'node_modules/@angular/cli/bin/ng.js');
  const args = ['serve', '--port', String(webPort), '--proxy-config', writeProxyConfig(options)];
  const child = spawn(process.execPath, [ng, ...args], {
    cwd: join(root, 'frontend'),
    env: { ...process.env, NG_CLI_ANALYTICS: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C in the terminal reaches the launcher only.
    detached: true,
  });
  const ended = once(child, 'exit').then(
    ([code, by]: (number | string | null)[]) => (by ? `was ended by ${by}` : `ended with exit code ${code}`),
    (error: Error) => `could not be run: ${error.message}`,
  );
  if (child.pid !== undefined) void ended.then(endWithThisProcess(child.pid));
  const timeout = AbortSignal.timeout(readyWithinMs);
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    logLines(stream, (line) => {
      if (isWorthReading(line)) log(line.trimEnd());
      if (/Local:\s+http/.test(line)) resolve();
    });
  }
  for (const stop of [signal, timeout]) stop.addEventListener('abort', () => reject(stopped(stop === timeout)));
  void ended.then((how) => reject(new Error(`ng serve ${how}`)));
  // It takes its time over SIGTERM, and holds no data that a kill could cost.
  const kill = () => void child.kill('SIGKILL');
  await ready.catch(async (error: unknown) => {
    kill();
    await ended;
    throw error;
  });
  return {
    pid: child.pid as number,
    ended,
    terminate: kill,
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

/** Without the table of chunks, and what follows from the mode. */
const isWorthReading = (line: string) => line.trim() !== '' && !/\|.*\||Watch mode enabled|^NOTE:|-\s+\|/.test(line);

const stopped = (isLate: boolean) =>
  new Error(isLate ? `it was not ready within ${readyWithinMs / 1000} s` : 'it was stopped before it was ready');

/** `frontend/proxy.conf.json`, with the API on the port of the settings file. */
function writeProxyConfig({ root, dataDir, httpPort, servicesOnly }: WebOptions): string {
  const rules = JSON.parse(readFileSync(join(root, 'frontend/proxy.conf.json'), 'utf8')) as Record<string, object>;
  const target = `http://127.0.0.1:${httpPort}`;
  const own = servicesOnly ? { target, headers: principalHeaders(localUser) } : { target };
  const file = join(dataDir, 'proxy.conf.json');
  writeFileSync(
    file,
    JSON.stringify(Object.fromEntries(Object.entries(rules).map(([path, rule]) => [path, { ...rule, ...own }]))),
  );
  return file;
}
