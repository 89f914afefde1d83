/** The real launcher, `node local/start.ts` or `node local/dev.ts`, as a child process of a test. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface LauncherProcess {
  readonly child: ChildProcess;
  /** Everything it has written so far, both streams. */
  output(): string;
  /** Resolves when the banner is complete; fails with the output when the launcher ends before. */
  readonly ready: Promise<void>;
  /** The exit code, or the signal that ended it; resolves when its output is read. */
  readonly ended: Promise<number | string>;
}

/** The last line of the banner. */
const readyMark = 'Ctrl-C stops everything.';

export interface Program {
  readonly file: 'local/start.ts' | 'local/dev.ts';
  /** Default: the project's folder, in which jest runs. */
  readonly cwd?: string;
}

export function spawnLauncher(
  args: readonly string[],
  environment: Record<string, string> = {},
  { file, cwd }: Program = { file: 'local/start.ts' },
): LauncherProcess {
  // The channel: when the test's process is killed, the launcher notices and stops.
  const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
  const child = spawn(process.execPath, [file, ...args], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: [...stdio],
  });
  let output = '';
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown');
  const ready = new Promise<void>((resolve, reject) => {
    let isReady = false;
    const take = (text: Buffer) => {
      output += text.toString();
      // Only until then: a look at all of it for each line would slow down a benchmark's driver, the more the longer it runs.
      isReady ||= output.includes(readyMark);
      if (isReady) resolve();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    void ended.then((how) => reject(new Error(`The launcher ended (${how}) before it was ready:\n${output}`)));
  });
  // Who waits for the end only must not see an unhandled rejection.
  ready.catch(() => undefined);
  return { child, output: () => output, ready, ended };
}
