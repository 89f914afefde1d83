import { messageOf } from '../../failure.ts';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';

/** The trigger's own word wins over host.json's. */
export function autoComplete({ hostJson }: TriggerContext, { binding }: TriggeredFunction): boolean {
  const own = binding['autoCompleteMessages'];
  return typeof own === 'boolean' ? own : hostJson.serviceBus.autoCompleteMessages;
}

/**
 * After a connection was lost at the wrong moment, the SDK's promise may stay open for as long as it renews the lock: then the message is
 * given up, so that its lock ends and it comes again. Longer than the SDK's own time limit with some of its retries.
 */
const settleWithinMs = 30_000;

/** @returns false when the message could not be settled */
export async function settleOrWarn(
  { log }: TriggerContext,
  { registered }: TriggeredFunction,
  settle: () => Promise<unknown>,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const sentence = `The broker did not confirm it within ${settleWithinMs / 1000} s.`;
    timer = setTimeout(() => reject(new Error(sentence)), settleWithinMs);
  });
  try {
    await Promise.race([settle(), late]);
    return true;
  } catch (error) {
    log.warning(`A message could not be settled and will come again: ${messageOf(error)}`, {
      functionName: registered.metadata.name,
    });
    return false;
  } finally {
    clearTimeout(timer);
  }
}
