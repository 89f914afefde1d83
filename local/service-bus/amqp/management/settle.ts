import type { Queue } from '../../broker/queue.ts';
import { rewriteWith } from '../settlement.ts';
import { invalid, type Request } from './operation.ts';

/** Settles one message as an `update-disposition` request says. */
export function settleByToken(queue: Queue, token: string, body: Request['body']): void {
  const rewrite = rewriteWith(body['properties-to-modify'] as Record<string, unknown> | undefined);
  switch (body['disposition-status']) {
    case 'completed':
      return queue.deliveries.complete(token);
    case 'abandoned':
      return queue.deliveries.abandon(token, rewrite);
    case 'defered':
      return queue.deliveries.defer(token, rewrite);
    case 'suspended':
      return queue.deliveries.deadLetter(token, causeOf(body), rewrite);
    default:
      throw invalid('disposition-status');
  }
}

function causeOf(body: Request['body']) {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return { reason: text(body['deadletter-reason']), description: text(body['deadletter-description']) };
}
