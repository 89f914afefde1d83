import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { messageOf } from '../../failure.ts';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';
import { runForMessage } from './message-invocation.ts';

/** Runs the function for a message and settles it. Never rejects: a message that could not be settled comes again. */
export type Settler = (message: ServiceBusReceivedMessage) => Promise<void>;

export function createSettler(
  context: TriggerContext,
  triggered: TriggeredFunction,
  receiver: ServiceBusReceiver,
): Settler {
  const completes = autoComplete(context, triggered);
  return async (message) => {
    const succeeded = await runForMessage(context, triggered, message).then(
      () => true,
      () => false,
    );
    // Not completing by itself, the host leaves a message that was processed to its lock's end.
    if (succeeded && !completes) return;
    await settleOrWarn(context, triggered, () =>
      succeeded ? receiver.completeMessage(message) : receiver.abandonMessage(message),
    );
  };
}

/** The trigger's own word wins over host.json's. */
export function autoComplete({ hostJson }: TriggerContext, { binding }: TriggeredFunction): boolean {
  const own = binding['autoCompleteMessages'];
  return typeof own === 'boolean' ? own : hostJson.serviceBus.autoCompleteMessages;
}

export async function settleOrWarn(
  { log }: TriggerContext,
  { registered }: TriggeredFunction,
  settle: () => Promise<unknown>,
): Promise<void> {
  try {
    await settle();
  } catch (error) {
    log.warning(`A message could not be settled and will come again: ${messageOf(error)}`, {
      functionName: registered.metadata.name,
    });
  }
}
