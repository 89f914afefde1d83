import type { ServiceBusReceiver } from '@azure/service-bus';
import Long from 'long';
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

const messagesPerReceive = 100;

/** A plan goes on without the messages that the broker gave up on, so these say nothing. */
export async function removeDeadPlanMessages(openDeadLetters: () => ServiceBusReceiver): Promise<void> {
  const receiver = openDeadLetters();
  try {
    if ((await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).length === 0) return;
    const messages = await receiver.receiveMessages(messagesPerReceive, { maxWaitTimeInMs: 1_000 });
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
  } finally {
    await receiver.close();
  }
}
