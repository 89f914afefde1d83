import type { Redis } from 'ioredis';
import accept from './lua/accept.lua';
import cancel from './lua/cancel.lua';
import complete from './lua/complete.lua';
import confirmSent from './lua/confirm-sent.lua';
import expire from './lua/expire.lua';
import fail from './lua/fail.lua';
import forget from './lua/forget.lua';
import giveUp from './lua/give-up.lua';
import recordStep from './lua/record-step.lua';
import renewLease from './lua/renew-lease.lua';
import replay from './lua/replay.lua';
import reportProgress from './lua/report-progress.lua';
import shared from './lua/shared.lua';
import start from './lua/start.lua';
import withdraw from './lua/withdraw.lua';

const scripts = {
  accept,
  cancel,
  complete,
  confirmSent,
  expire,
  fail,
  forget,
  giveUp,
  recordStep,
  renewLease,
  replay,
  reportProgress,
  start,
  withdraw,
};
export type ScriptName = keyof typeof scripts;

type Command = (key: string, ...args: (string | number)[]) => Promise<unknown>;

const prepared = new WeakSet<Redis>();

/** Runs one atomic step. ioredis sends the script's hash, and the script itself only where Redis does not know it. */
export async function runScript(
  redis: Redis,
  name: ScriptName,
  taskKey: string,
  args: (string | number)[],
): Promise<unknown> {
  if (!prepared.has(redis)) {
    for (const [script, lua] of Object.entries(scripts)) {
      redis.defineCommand(`task:${script}`, { numberOfKeys: 1, lua: `${shared}\n${lua}` });
    }
    prepared.add(redis);
  }
  const command = (redis as unknown as Record<string, Command>)[`task:${name}`]!;
  return command.call(redis, taskKey, ...args);
}
