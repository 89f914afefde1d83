import { app, type InvocationContext } from '@azure/functions';
import { getRedis } from '../azure/redis.ts';
import { AppError } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { planNotFound } from './plan-not-found.ts';
import { type PlanAction, PlanStore } from './plan-store.ts';
import { sendPlanMessage } from './replaying.ts';

const past: Record<PlanAction, string> = { pause: 'paused', resume: 'resumed', stop: 'stopped' };

app.http('ControlReplay', {
  route: 'api/replays/{id}/{action}',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const { id, isOperator } = readPrincipal(request.headers);
    const planId = request.params.id!;
    const action = readAction(request.params.action!);
    const plans = new PlanStore(getRedis());
    const owner = visibleOwner({ id, isOperator });
    const reason = action === 'stop' ? `Stopped by ${id}.` : '';
    const controlled = isTaskId(planId) ? await plans.control(planId, action, owner, reason) : undefined;
    if (controlled === undefined) throw planNotFound(planId);
    if (controlled.outcome === 'forbidden-state') {
      throw new AppError('conflict', `Replay ${planId} is ${controlled.plan.state}, so it cannot be ${past[action]}.`);
    }
    if (action === 'resume') await drive(plans, planId, context);
    return { jsonBody: controlled.plan };
  }),
});

function readAction(text: string): PlanAction {
  if (Object.hasOwn(past, text)) return text as PlanAction;
  throw new AppError('not-found', `A replay has no "${text}". Use pause, resume or stop.`);
}

/** A paused plan may have come to rest. Should this fail, the sweeper does it. */
async function drive(plans: PlanStore, planId: string, context: InvocationContext): Promise<void> {
  try {
    const slice = await plans.handOn(planId, undefined, Date.now());
    if (slice !== undefined) await sendPlanMessage(planId, slice);
  } catch (error) {
    context.warn(`Plan ${planId} goes on later:`, error);
  }
}
