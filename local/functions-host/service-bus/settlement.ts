import { messageOf } from '../../failure.ts';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';

/** The trigger's own word wins over host.json's. */
export function autoComplete({ hostJson }: TriggerContext, { binding }: TriggeredFunction): boolean {
  const own = binding['autoCompleteMessages'];
  return typeof own === 'boolean' ? own : hostJson.serviceBus.autoCompleteMessages;
}

/** @returns false when the message could not be settled */
export async function settleOrWarn(
  { log }: TriggerContext,
  { registered }: TriggeredFunction,
  settle: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await settle();
    return true;
  } catch (error) {
    log.warning(`A message could not be settled and will come again: ${messageOf(error)}`, {
      functionName: registered.metadata.name,
    });
    return false;
  }
}
