import { app } from '@azure/functions';
import { ReplayDeadLetters } from '../../contracts/replay.ts';
import { getRedis } from '../azure/redis.ts';
import { answering, type Answer } from '../http-errors.ts';
import { type Principal, readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { createPlanId } from './plan-keys.ts';
import type { PlanRequest } from './plan-record.ts';
import { PlanStore } from './plan-store.ts';
import { previewReplay } from './preview-replay.ts';
import { readRequest } from './read-request.ts';
import { createPlanDriver, sendPlanMessage } from './replaying.ts';
import { selectDeadLetters, type Selection } from './select-dead-letters.ts';

app.http('ReplayDeadLetters', {
  route: 'api/dead-letters/replay',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const asked = await readRequest(request, ReplayDeadLetters);
    const selection = await selectDeadLetters(getRedis(), asked, visibleOwner(principal));
    const log = (...args: unknown[]) => context.log(...args);
    if (asked.dryRun) return { jsonBody: await previewReplay(createPlanDriver(log), selection, asked.patch) };
    return beginPlan(principal, asked, selection, log);
  }),
});

async function beginPlan(
  principal: Principal,
  asked: ReplayDeadLetters,
  { letters, refusals, truncated }: Selection,
  log: (...args: unknown[]) => void,
): Promise<Answer> {
  const plan = await new PlanStore(getRedis()).begin({
    id: createPlanId(principal.id, Date.now()),
    owner: principal.id,
    scope: visibleOwner(principal),
    request: toPlanRequest(asked, truncated),
    taskIds: letters.map(({ id }) => id),
    refusals,
  });
  // Without a message the plan begins when the sweeper comes by.
  await sendPlanMessage(plan.id, 1).catch((error: unknown) => log(`Plan ${plan.id} begins later:`, error));
  return { status: 202, headers: { location: `/api/replays/${plan.id}`, 'retry-after': '1' }, jsonBody: plan };
}

function toPlanRequest(asked: ReplayDeadLetters, truncated: boolean): PlanRequest {
  const { filter, ids, canary, ratePerSecond, stopAtFailureRate, patch } = asked;
  return {
    ...(filter !== undefined && { filter }),
    ...(ids !== undefined && { ids: ids.length }),
    ...(canary !== undefined && { canary }),
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    ...(stopAtFailureRate !== undefined && { stopAtFailureRate }),
    ...(patch !== undefined && { patch }),
    ...(truncated && { truncated }),
  };
}
