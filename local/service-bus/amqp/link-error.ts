import { ServiceBusError } from '../broker/errors.ts';
import type { AmqpError, ReceivingLink, SendingLink } from './rhea.ts';

/** An error as it goes over the wire. What is not a refusal is a defect, and goes on to whoever handles defects. */
export function amqpError(error: unknown): AmqpError {
  if (!(error instanceof ServiceBusError)) throw error;
  return { condition: error.condition, description: error.message };
}

/** Ends a link from our side. One that was never answered is attached first: a detach alone would not be understood. */
export function refuseLink(link: SendingLink | ReceivingLink, error: unknown): void {
  link.attach();
  link.close(amqpError(error));
}
