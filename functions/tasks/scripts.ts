import type { Redis } from 'ioredis';
import { registerScripts, type ScriptArgument } from '../azure/redis-scripts.ts';
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
import reschedule from './lua/reschedule.lua';
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
  reschedule,
  resend,
  start,
  withdraw,
};
export type ScriptName = keyof typeof scripts;

const runTaskScript = registerScripts(
  'task',
  Object.fromEntries(Object.entries(scripts).map(([name, lua]) => [name, compose(lua)])) as Record<ScriptName, string>,
);

/** What a script answers: its own reply, and the flat fields of the tasks whose turn has come by it. */
export interface ScriptReply {
  readonly reply: unknown;
  readonly woken: readonly string[][];
}

/** Runs one atomic step. */
export async function runScript(
  redis: Redis,
  name: ScriptName,
  taskKey: string,
  args: readonly ScriptArgument[],
): Promise<ScriptReply> {
  const [reply, woken] = (await runTaskScript(redis, name, taskKey, args)) as [unknown, string[][]];
  return { reply, woken };
}

function compose(lua: string): string {
  return `${shared}\n${statistics}\nlocal function main()\n${lua}\nend\nlocal reply = main()\nreturn { reply, woken }`;
}
