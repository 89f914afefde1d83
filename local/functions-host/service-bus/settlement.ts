import { messageOf } from '../../failure.ts';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';

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
