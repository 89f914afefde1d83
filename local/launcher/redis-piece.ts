/** redis-server as a supervised piece: asked with PING whether it is alive, because it has no IPC channel. */
import { once } from 'node:events';
import { startRedis } from '../redis.ts';
import type { RedisOptions, RedisServer } from '../redis.ts';
import { probeRedis } from './probe.ts';
import type { RunningPiece } from './supervisor.ts';

export interface Watch {
  readonly pingEveryMs: number;
  readonly missedPingsAllowed: number;
}

export async function startRedisPiece(options: RedisOptions, watch: Watch): Promise<RunningPiece> {
  const server = await startRedis({ ...options, log: (line) => isWorthReading(line) && options.log?.(line) });
  const { process: child } = server;
  const watching = watchForHang(server, options.password, watch);
  const ended = once(child, 'exit').then(([code, signal]: (number | string | null)[]) => {
    if (watching.isHung) return `did not answer for ${(watch.pingEveryMs * watch.missedPingsAllowed) / 1000} s`;
    return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  });
  const signal = (name: NodeJS.Signals) => () => void child.kill(name);
  return {
    pid: child.pid as number,
    ended,
    terminate: signal('SIGTERM'),
    kill: signal('SIGKILL'),
    pause() {
      watching.isWatched = false;
      child.kill('SIGSTOP');
    },
    resume() {
      child.kill('SIGCONT');
      watching.isWatched = true;
    },
  };
}

function watchForHang({ port, process: child }: RedisServer, password: string | undefined, watch: Watch) {
  const watching = { isHung: false, isWatched: true };
  let [missed, asking] = [0, false];
  const ask = async () => {
    asking = true;
    const answer = await probeRedis({ host: '127.0.0.1', port }, password);
    asking = false;
    if (answer !== 'other') missed = 0;
  };
  const timer = setInterval(() => {
    if (!watching.isWatched) {
      missed = 0;
      return;
    }
    if (missed >= watch.missedPingsAllowed) {
      watching.isHung = true;
      child.kill('SIGKILL');
    }
    missed += 1;
    if (!asking) void ask();
  }, watch.pingEveryMs);
  child.once('exit', () => clearInterval(timer));
  return watching;
}

/** Redis marks warnings with "#", and with it what it always says when it starts and ends. */
function isWorthReading(line: string): boolean {
  return (
    / # /.test(line) && !/config|initialized|overcommit_memory|oO0OoO0Oo|version=|shutdown|ready to exit/i.test(line)
  );
}
