import { ServiceBusError } from '../broker/errors.ts';
import type { AmqpError, ReceivingLink, SendingLink } from './rhea.ts';

/** An error as it goes over the wire. What is not a refusal is a defect of ours: it is logged, and ends nothing but the request. */
export function amqpError(error: unknown): AmqpError {
  if (error instanceof ServiceBusError) return { condition: error.condition, description: error.message };
  console.error('Service Bus: a request failed:', error);
  return { condition: 'amqp:internal-error', description: 'The service was unable to process the request.' };
}

/** Ends a link from our side. One that was never answered is attached first: a detach alone would not be understood. */
export function refuseLink(link: SendingLink | ReceivingLink, error: unknown): void {
  link.attach();
  link.close(amqpError(error));
}
