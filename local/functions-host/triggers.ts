import type { Binding, NamedData, RegisteredFunction, TypedData } from './core-types.ts';
import { textData } from './service-bus/message-data.ts';
import { startServiceBusTrigger } from './service-bus/triggers.ts';
import { startTimerTrigger, unscheduledRun } from './timer/trigger.ts';
import { type Trigger, type TriggerContext, type TriggeredFunction, triggeredBy } from './trigger.ts';

interface TriggerType {
  readonly start: (context: TriggerContext, triggered: TriggeredFunction) => Trigger;
  /** What a function gets that is run by hand. */
  readonly byHand: (input: string, binding: Binding) => TypedData;
}

/** By type, in lower case. */
const triggerTypes: Readonly<Record<string, TriggerType>> = {
  servicebustrigger: { start: startServiceBusTrigger, byHand: textData },
  timertrigger: { start: startTimerTrigger, byHand: unscheduledRun },
};

/** Starts the triggers of all functions. One that cannot be started is in error, and the others run. */
export function startTriggers(context: TriggerContext, functions: readonly RegisteredFunction[]): Trigger[] {
  return Object.entries(triggerTypes).flatMap(([type, { start }]) =>
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

/** The trigger's value for one run by hand; undefined for a function that has another kind of trigger, such as HTTP. */
export function triggerByHand(registered: RegisteredFunction, input: string): NamedData | undefined {
  for (const [type, { byHand }] of Object.entries(triggerTypes)) {
    const [triggered] = triggeredBy(type, [registered]);
    if (triggered) return { name: triggered.bindingName, data: byHand(input, triggered.binding) };
  }
  return undefined;
}
