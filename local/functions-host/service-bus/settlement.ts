import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { messageOf } from '../../failure.ts';
import type { TriggerContext, TriggeredFunction } from '../trigger.ts';

/** Tells the broker what became of a message. */
export type Settle = (message: ServiceBusReceivedMessage, outcome: 'completed' | 'abandoned') => Promise<void>;

/** The trigger's own word wins over host.json's. */
export function autoComplete({ hostJson }: TriggerContext, { binding }: TriggeredFunction): boolean {
  const own = binding['autoCompleteMessages'];
  return typeof own === 'boolean' ? own : hostJson.serviceBus.autoCompleteMessages;
}

export function settleOver(receiver: ServiceBusReceiver): Settle {
  return (message, outcome) =>
    outcome === 'completed' ? receiver.completeMessage(message) : receiver.abandonMessage(message);
}

const lookEveryMs = 500;

/**
 * Settles a message over the link it came by, or, where that was lost, by its lock's token over another connection. The SDK does not
 * notice such a loss: it takes the link that came in the lost one's place, on which nobody knows the message, and waits for an answer.
 */
export function settleOverEither(receiver: ServiceBusReceiver, other: () => ServiceBusReceiver): Settle {
  const first = settleOver(receiver);
  return async (message, outcome) => {
    if (!isOverOpenLink(message)) return settleOver(other())(message, outcome);
    const settling = first(message, outcome);
    const loss = whenLinkIsLost(message);
    try {
      if (!(await Promise.race([settling, loss.happened]))) return;
    } finally {
      loss.lookNoMore();
    }
    settling.catch(() => undefined);
    await settleOver(other())(message, outcome);
  };
}

function whenLinkIsLost(message: ServiceBusReceivedMessage) {
  const { promise: happened, resolve } = Promise.withResolvers<true>();
  const timer = setInterval(() => {
    if (!isOverOpenLink(message)) resolve(true);
  }, lookEveryMs);
  return { happened, lookNoMore: () => clearInterval(timer) };
}

/** The SDK's messages know their link, but say nothing of it in public. */
function isOverOpenLink(message: ServiceBusReceivedMessage): boolean {
  const { delivery } = message as { delivery?: { link?: { is_open(): boolean } } };
  return delivery?.link?.is_open() ?? true;
}

/** A settlement that takes longer is given up: the message's lock ends, and it comes again. */
const settleWithinMs = 30_000;

export async function settleOrWarn(
  { log }: TriggerContext,
  { registered }: TriggeredFunction,
  settle: () => Promise<unknown>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const sentence = `The broker did not confirm it within ${settleWithinMs / 1000} s.`;
    timer = setTimeout(() => reject(new Error(sentence)), settleWithinMs);
  });
  try {
    await Promise.race([settle(), late]);
  } catch (error) {
    log.warning(`A message could not be settled and will come again: ${messageOf(error)}`, {
      functionName: registered.metadata.name,
    });
  } finally {
    clearTimeout(timer);
  }
}
