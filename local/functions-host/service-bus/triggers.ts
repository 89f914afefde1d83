import type { Trigger, TriggerContext, TriggeredFunction } from '../trigger.ts';
import { startQueueTrigger } from './queue-trigger.ts';
import { startSessionTrigger } from './session-trigger.ts';

/** Starts the trigger that a Service Bus binding asks for. */
export function startServiceBusTrigger(context: TriggerContext, triggered: TriggeredFunction): Trigger {
  return triggered.binding['isSessionsEnabled'] === true
    ? startSessionTrigger(context, triggered)
    : startQueueTrigger(context, triggered);
}
