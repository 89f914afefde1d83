import type { Redis } from 'ioredis';
import beginPlan from './lua/begin-plan.lua';
import claimPlan from './lua/claim-plan.lua';
import controlPlan from './lua/control-plan.lua';
import handOnPlan from './lua/hand-on-plan.lua';
import planShared from './lua/plan-shared.lua';
import readPlan from './lua/read-plan.lua';
import recordReplays from './lua/record-replays.lua';
import { planKey } from './plan-keys.ts';

const scripts = { beginPlan, claimPlan, controlPlan, handOnPlan, readPlan, recordReplays };
type Command = (key: string, ...args: (string | number)[]) => Promise<unknown>;

const prepared = new WeakSet<Redis>();

/** Makes the scripts known to a connection, before its first command: see `prepareScripts` of the tasks. */
export function preparePlanScripts(redis: Redis): void {
  if (prepared.has(redis)) return;
  for (const [script, lua] of Object.entries(scripts)) {
    redis.defineCommand(`plan:${script}`, { numberOfKeys: 1, lua: `${planShared}\n${lua}` });
  }
  prepared.add(redis);
}

/** Runs one atomic step of a plan. */
export async function runPlanScript(
  redis: Redis,
  name: keyof typeof scripts,
  planId: string,
  args: (string | number)[],
): Promise<unknown> {
  preparePlanScripts(redis);
  const command = (redis as unknown as Record<string, Command>)[`plan:${name}`]!;
  return command.call(redis, planKey(planId), ...args);
}
