import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { replayQueue } from '../../contracts/names.ts';
import { getPatientRedis } from '../azure/redis.ts';
import { sendMessage } from '../azure/service-bus.ts';
import { publish } from '../events/publish.ts';
import { getPatientPayloadStore } from '../payloads/get-payload-store.ts';
import { getSettings } from '../settings.ts';
import { taskTypes } from '../task-types/registry.ts';
import { getPatientTaskStore } from '../tasks/engine.ts';
import type { PlanDriver } from './drive-plan.ts';
import { PlanStore } from './plan-store.ts';
import { progressPush } from './push-progress.ts';

/** What driving plans needs, made of the real services. */
export function createPlanDriver(log: (...args: unknown[]) => void): PlanDriver {
  const redis = getPatientRedis();
  return {
    redis,
    store: getPatientTaskStore(),
    plans: new PlanStore(redis),
    taskTypes,
    payloadLimitBytes: getSettings().PayloadLimitBytes,
    payloads: getPatientPayloadStore(),
    send: sendMessage,
    publish,
    sendPlan: sendPlanMessage,
    pushProgress: progressPush(),
    log,
    createToken: randomUUID,
    wait: (milliseconds) => delay(milliseconds),
    now: Date.now,
  };
}

/**
 * Sends the message that lets a slice of a plan begin. Its messageId is the same whenever it is made, so that the broker's
 * duplicate detection drops what is sent again after a crash.
 * @param dueAt milliseconds since 1970; undefined for now
 */
export async function sendPlanMessage(planId: string, slice: number, dueAt?: number): Promise<void> {
  const message = {
    body: planId,
    contentType: 'application/json',
    messageId: `${planId}:${slice}`,
    applicationProperties: { slice },
    ...(dueAt !== undefined && dueAt > Date.now() && { scheduledEnqueueTimeUtc: new Date(dueAt) }),
  };
  await sendMessage({ queue: replayQueue, message });
}
