import type { RegisteredFunction } from './core-types.ts';
import { startServiceBusTrigger } from './service-bus/triggers.ts';
import { startTimerTrigger } from './timer/trigger.ts';
import { type Trigger, type TriggerContext, type TriggeredFunction, triggeredBy } from './trigger.ts';

type StartTrigger = (context: TriggerContext, triggered: TriggeredFunction) => Trigger;

const triggerTypes: Readonly<Record<string, StartTrigger>> = {
  servicebustrigger: startServiceBusTrigger,
  timertrigger: startTimerTrigger,
};

/** Starts the triggers of all functions. One that cannot be started is in error, and the others run. */
export function startTriggers(context: TriggerContext, functions: readonly RegisteredFunction[]): Trigger[] {
  return Object.entries(triggerTypes).flatMap(([type, start]) =>
    triggeredBy(type, functions).flatMap((triggered) => {
      try {
        return [start(context, triggered)];
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        context.log.error(`The listener was unable to start: ${reason}`, {
          functionName: triggered.registered.metadata.name,
        });
        return [];
      }
    }),
  );
}
