import type { Redis } from 'ioredis';
import { batcher } from '../azure/batcher.ts';
import { registerBatchScript, type ScriptArgument } from '../azure/redis-scripts.ts';
import accept from './lua/accept.lua';
import acceptRun from './lua/accept-run.lua';
import batch from './lua/batch.lua';
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
import endings from './lua/shared/endings.lua';
import events from './lua/shared/events.lua';
import gates from './lua/shared/gates.lua';
import indexes from './lua/shared/indexes.lua';
import record from './lua/shared/record.lua';
import statistics from './lua/shared/statistics.lua';
import start from './lua/start.lua';
import withdraw from './lua/withdraw.lua';

const steps = {
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
export type StepName = keyof typeof steps;

/** Only the steps that are asked for are made functions: making them all would take longer than a step does. */
const functions = Object.entries(steps).map(
  ([name, lua]) => `if wanted.${name} then\nsteps.${name} = function()\n${lua}\nend\nend`,
);
const shared = [record, events, indexes, gates, endings, statistics];
const takeSteps = registerBatchScript('task-steps', [...shared, ...functions, batch].join('\n'));

/** What a step answers: its own reply, and the flat fields of the tasks whose turn has come by it. */
export interface StepReply {
  readonly reply: unknown;
  readonly woken: readonly string[][];
  /** Whether the task has ended by it. */
  readonly hasEnded: boolean;
}

interface Asked {
  readonly name: StepName;
  readonly taskKey: string;
  readonly args: readonly ScriptArgument[];
  answer?: readonly unknown[];
}

/** Redis does nothing else while a script runs: some milliseconds. */
const stepsPerScript = 64;
const bytesPerScript = 1024 * 1024;
/** While Redis runs one script, the next is on its way. */
const scriptsUnderWay = 2;

type Partitions = Map<string, (step: Asked) => Promise<void>>;
const connections = new WeakMap<Redis, Partitions>();

/**
 * Takes one atomic step on a task. Steps on tasks of one partition that are asked for while others are under way go to Redis as one script:
 * each is atomic, fails by itself, and sees what those before it did.
 */
export async function takeStep(
  redis: Redis,
  name: StepName,
  taskKey: string,
  args: readonly ScriptArgument[],
  { keepsHistory = false } = {},
): Promise<StepReply> {
  const step: Asked = { name, taskKey, args };
  await gathererOf(redis, taskKey.slice(0, taskKey.indexOf('}')), keepsHistory)(step);
  const [done, reply, woken, ended] = step.answer!;
  if (done !== 1) throw new Error(`The step ${name} failed in Redis: ${String(reply)}`);
  return { reply, woken: woken as string[][], hasEnded: ended === 1 };
}

function gathererOf(redis: Redis, partition: string, keepsHistory: boolean): (step: Asked) => Promise<void> {
  let partitions = connections.get(redis);
  if (partitions === undefined)
    connections.set(redis, (partitions = new Map<string, (step: Asked) => Promise<void>>()));
  const name = `${partition} ${keepsHistory}`;
  let add = partitions.get(name);
  if (add === undefined) {
    const limits = { items: stepsPerScript, weight: bytesPerScript, weigh: bytesOf, underWay: scriptsUnderWay };
    add = batcher((asked: Asked[]) => takeTogether(redis, asked, keepsHistory), limits);
    partitions.set(name, add);
  }
  return add;
}

async function takeTogether(redis: Redis, asked: readonly Asked[], keepsHistory: boolean): Promise<void> {
  const keys = asked.map(({ taskKey }) => taskKey);
  const args = asked.flatMap(({ name, args }) => [name, args.length, ...args]);
  const answers = (await takeSteps(redis, keys, [...args, keepsHistory ? 1 : ''])) as unknown[][];
  asked.forEach((step, n) => (step.answer = answers[n]!));
}

function bytesOf({ args }: Asked): number {
  return args.reduce<number>((sum, arg) => sum + (typeof arg === 'number' ? 8 : arg.length), 0);
}
