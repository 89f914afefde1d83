import { app } from '@azure/functions';
import { connectionSettings, replayQueue } from '../../contracts/names.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { drivePlan } from './drive-plan.ts';
import { createPlanDriver } from './replaying.ts';

app.serviceBusQueue('ProcessReplays', {
  queueName: replayQueue,
  connection: connectionSettings.serviceBus,
  cardinality: 'one',
  handler: async (body, context) => {
    const planId = String(body);
    if (!isTaskId(planId)) {
      throw new Error(`The body of message ${String(context.triggerMetadata?.messageId)} is not a plan's ID.`);
    }
    const { slice } = (context.triggerMetadata?.applicationProperties ?? {}) as { slice?: unknown };
    try {
      await drivePlan(
        createPlanDriver((...args) => context.log(...args)),
        { planId, slice: Number(slice) || 1 },
      );
    } catch (error) {
      // Thrown out of here, the same message would come again at once. The sweeper gives the plan another one later.
      context.error(`Plan ${planId} stands still for a minute:`, error);
    }
  },
});
