import type { PlanDriver } from './drive-plan.ts';

/** A driver is heard of every second; when it dies, the broker delivers its message again after 30 s (service-bus.json). */
const patienceMs = 45_000;

/** Sends a message for each plan that has something to do and whose message was lost. */
export async function sweepPlans({
  plans,
  sendPlan,
  log,
  now,
}: Pick<PlanDriver, 'plans' | 'sendPlan' | 'log' | 'now'>): Promise<void> {
  for (const id of await plans.silentSince(now() - patienceMs)) {
    const slice = await plans.handOn(id, undefined, now());
    if (slice === undefined) continue;
    log(`Plan ${id} was left by its driver: sending a message for it.`);
    await sendPlan(id, slice);
  }
}
