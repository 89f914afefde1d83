import type { Trigger, TriggerContext, TriggeredFunction } from '../trigger.ts';
import { startSingleTrigger } from './single-trigger.ts';

/** Starts the trigger that a Service Bus binding asks for. */
export function startServiceBusTrigger(context: TriggerContext, triggered: TriggeredFunction): Trigger {
  return startSingleTrigger(context, triggered);
}
