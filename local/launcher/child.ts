/**
 * One program of ours as a child process: ready when it says so on the IPC channel, hung when it stops answering there.
 * It runs in a session of its own: Ctrl-C in the terminal reaches the launcher only, which then stops the children in order.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { askOverChannel } from './channel.ts';
import { logLines } from './log.ts';
import type { Log } from './log.ts';
import type { RunningPiece } from './supervisor.ts';

export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment?: Record<string, string>;
  readonly nodeOptions?: readonly string[];
  readonly log: Log;
  readonly readyWithinMs: number;
  /** Between two questions whether the child is alive. 0: never asked (a debugger may hold it for hours). */
  readonly pingEveryMs: number;
  /** So many questions in a row without an answer mean that the child hangs. Counted, not timed: a laptop's sleep is no hang. */
  readonly missedPingsAllowed: number;
}

/** Resolves when the child is ready; fails with its last words when it ends before, or does not get ready in time. */
export async function startChild(options: ChildOptions, signal: AbortSignal): Promise<RunningPiece> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [...(options.nodeOptions ?? []), options.program, ...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const output = logOutput(child, options.log);
  const ended = howItEnds(child);
  try {
    await ready(
      child,
      options,
      signal,
      ended.then((how) => output.lastWords() || how),
    );
    output.isReady();
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw error;
  }
  const watching = watch(child, options);
  return {
    pid: child.pid as number,
    ended: ended.then((how) =>
      watching.isHung ? `did not answer for ${(options.pingEveryMs * options.missedPingsAllowed) / 1000} s` : how,
    ),
    terminate: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
    pause() {
      watching.isWatched = false;
      child.kill('SIGSTOP');
    },
    resume() {
      child.kill('SIGCONT');
      watching.isWatched = true;
    },
    ask: askOverChannel(child),
  };
}

function howItEnds(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be run: ${error.message}`));
    // "close", not "exit": its last lines are read by then.
    child.once('close', (code, signal) => resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`));
  });
}

/**
 * Logs what the child writes. Until it is ready its last line on stderr is held back: if it ends now, that is the reason, and the
 * caller tells it once. (A stack trace below it, the sign of a bug, is logged with it.)
 */
function logOutput(child: ChildProcess, log: Log): { lastWords(): string; isReady(): void } {
  let held: string[] = [];
  let hold = true;
  const release = () => {
    for (const line of held) log(line);
    held = [];
  };
  logLines(child.stdout, log);
  logLines(child.stderr, (line) => {
    if (!hold) return log(line);
    const isTrace = /^(\s|Node\.js v|$)/.test(line);
    if (!isTrace) release();
    held.push(line);
  });
  const lastWords = () => {
    const [reason = ''] = held;
    if (held.length > 1) release();
    return reason;
  };
  const isReady = () => {
    hold = false;
    release();
  };
  return { lastWords, isReady };
}

async function ready(
  child: ChildProcess,
  { readyWithinMs }: ChildOptions,
  signal: AbortSignal,
  failed: Promise<string>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`it was not ready within ${readyWithinMs / 1000} s`)), readyWithinMs);
  signal.addEventListener('abort', () => reject(new Error('it was stopped before it was ready')), { once: true });
  child.on('message', ({ type }: { type?: string }) => {
    if (type === 'ready') resolve();
  });
  void failed.then((reason) => reject(new Error(reason)));
  await promise.finally(() => clearTimeout(timer));
}

interface HangWatch {
  isHung: boolean;
  isWatched: boolean;
}

function watch(child: ChildProcess, { pingEveryMs, missedPingsAllowed }: ChildOptions): HangWatch {
  const watching = { isHung: false, isWatched: true };
  if (pingEveryMs === 0) return watching;
  let missed = 0;
  child.on('message', ({ type }: { type?: string }) => {
    if (type === 'pong') missed = 0;
  });
  const timer = setInterval(() => {
    if (!watching.isWatched) {
      missed = 0;
      return;
    }
    if (missed >= missedPingsAllowed) {
      watching.isHung = true;
      child.kill('SIGKILL');
    }
    missed += 1;
    // The callback takes the error of a channel that closes at this moment.
    if (child.connected) child.send({ type: 'ping' }, () => undefined);
  }, pingEveryMs);
  child.once('exit', () => clearInterval(timer));
  return watching;
}
