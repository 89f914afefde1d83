import type { Redis } from 'ioredis';
import accept from './lua/accept.lua';
import acceptRun from './lua/accept-run.lua';
import callbackSubmitted from './lua/callback-submitted.lua';
import cancel from './lua/cancel.lua';
import complete from './lua/complete.lua';
import confirmSent from './lua/confirm-sent.lua';
import discard from './lua/discard.lua';
import expire from './lua/expire.lua';
import fail from './lua/fail.lua';
import forget from './lua/forget.lua';
import giveUp from './lua/give-up.lua';
import openGate from './lua/open-gate.lua';
import park from './lua/park.lua';
import recordStep from './lua/record-step.lua';
import renewLease from './lua/renew-lease.lua';
import replay from './lua/replay.lua';
import reportProgress from './lua/report-progress.lua';
import resend from './lua/resend.lua';
import shared from './lua/shared.lua';
import statistics from './lua/statistics.lua';
import start from './lua/start.lua';
import withdraw from './lua/withdraw.lua';

const scripts = {
  accept,
  acceptRun: `local function accept()\n${accept}\nend\n${acceptRun}`,
  callbackSubmitted,
  cancel,
  complete,
  confirmSent,
  discard,
  expire,
  fail,
  forget,
  giveUp,
  openGate,
  park,
  recordStep,
  renewLease,
  replay,
  reportProgress,
  resend,
  start,
  withdraw,
};
export type ScriptName = keyof typeof scripts;

export type Argument = string | number | Buffer;
type Command = (key: string, ...args: Argument[]) => Promise<unknown>;

const prepared = new WeakSet<Redis>();

/**
 * Makes the scripts known to a connection. To be done before its first command: ioredis gathers commands in pipelines, and one that
 * was begun before takes no script ("pipeline[functionName] is not a function").
 */
export function prepareScripts(redis: Redis): void {
  if (prepared.has(redis)) return;
  for (const [script, lua] of Object.entries(scripts)) {
    redis.defineCommand(`task:${script}`, { numberOfKeys: 1, lua: compose(lua) });
  }
  prepared.add(redis);
}

/** What a script answers: its own reply, and the flat fields of the tasks whose turn has come by it. */
export interface ScriptReply {
  readonly reply: unknown;
  readonly woken: readonly string[][];
}

/** Runs one atomic step. ioredis sends the script's hash, and the script itself only where Redis does not know it. */
export async function runScript(
  redis: Redis,
  name: ScriptName,
  taskKey: string,
  args: Argument[],
): Promise<ScriptReply> {
  prepareScripts(redis);
  const command = (redis as unknown as Record<string, Command>)[`task:${name}`]!;
  const [reply, woken] = (await command.call(redis, taskKey, ...args)) as [unknown, string[][]];
  return { reply, woken };
}

function compose(lua: string): string {
  return `${shared}\n${statistics}\nlocal function main()\n${lua}\nend\nlocal reply = main()\nreturn { reply, woken }`;
}
