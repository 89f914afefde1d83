import { ServiceBusError } from '../broker/errors.ts';
import type { AmqpError } from './rhea.ts';

/** An error as it goes over the wire. What is not a refusal is a defect, and goes on to whoever handles defects. */
export function amqpError(error: unknown): AmqpError {
  if (!(error instanceof ServiceBusError)) throw error;
  return { condition: error.condition, description: error.message };
}
