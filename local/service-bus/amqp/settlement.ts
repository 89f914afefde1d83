import type { Queue } from '../broker/queue.ts';
import { withApplicationProperties } from './outgoing-message.ts';
import type { AmqpError, LinkDelivery } from './rhea.ts';

/** What a client's outcome does to the message it holds. */
export type Settle = (queue: Queue, token: string) => void;
export type Outcome = 'accepted' | 'released' | 'modified' | 'rejected';

/** @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#transfers-and-settlement */
export function settlementOf(outcome: Outcome, delivery: LinkDelivery): Settle {
  const { message_annotations: changes, undeliverable_here: defer, error } = delivery.remote_state ?? {};
  switch (outcome) {
    case 'accepted':
      return (queue, token) => queue.deliveries.complete(token);
    case 'released':
      return (queue, token) => queue.deliveries.release(token);
    case 'rejected':
      return (queue, token) => deadLetter(queue, token, error);
    case 'modified':
      return (queue, token) => queue.deliveries[defer ? 'defer' : 'abandon'](token, rewriteWith(changes));
  }
}

/** The change of a message's application properties that a settlement asks for, if any. */
export function rewriteWith(
  changes: Record<string, unknown> | null | undefined,
): ((content: Buffer) => Buffer) | undefined {
  if (!changes || Object.keys(changes).length === 0) return undefined;
  return (content) => withApplicationProperties(content, changes);
}

function deadLetter(queue: Queue, token: string, error: AmqpError | undefined): void {
  const { DeadLetterReason: reason, DeadLetterErrorDescription: description, ...changes } = error?.info ?? {};
  const isDeadLetter = error?.condition === 'com.microsoft:dead-letter';
  const cause = {
    reason: text(reason) ?? (isDeadLetter ? null : (error?.condition ?? null)),
    description: text(description) ?? error?.description ?? null,
  };
  queue.deliveries.deadLetter(token, cause, rewriteWith(changes));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
