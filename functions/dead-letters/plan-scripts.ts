import type { Redis } from 'ioredis';
import { registerScripts } from '../azure/redis-scripts.ts';
import beginPlan from './lua/begin-plan.lua';
import claimPlan from './lua/claim-plan.lua';
import controlPlan from './lua/control-plan.lua';
import handOnPlan from './lua/hand-on-plan.lua';
import planShared from './lua/plan-shared.lua';
import readPlan from './lua/read-plan.lua';
import recordReplays from './lua/record-replays.lua';
import { planKey } from './plan-keys.ts';

const scripts = { beginPlan, claimPlan, controlPlan, handOnPlan, readPlan, recordReplays };
const run = registerScripts(
  'plan',
  Object.fromEntries(Object.entries(scripts).map(([name, lua]) => [name, `${planShared}\n${lua}`])) as typeof scripts,
);

/** Runs one atomic step of a plan. */
export async function runPlanScript(
  redis: Redis,
  name: keyof typeof scripts,
  planId: string,
  args: (string | number)[],
): Promise<unknown> {
  return run(redis, name, planKey(planId), args);
}
