/**
 * The conditions the broker refuses with, as Service Bus names them.
 * @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot
 */
export type Condition =
  | 'amqp:decode-error'
  | 'amqp:internal-error'
  | 'amqp:invalid-field'
  | 'amqp:link:message-size-exceeded'
  | 'amqp:link:transfer-limit-exceeded'
  | 'amqp:not-allowed'
  | 'amqp:not-found'
  | 'amqp:not-implemented'
  | 'amqp:unauthorized-access'
  | 'com.microsoft:argument-error'
  | 'com.microsoft:argument-out-of-range'
  | 'com.microsoft:entity-already-exists'
  | 'com.microsoft:message-lock-lost'
  | 'com.microsoft:message-not-found'
  | 'com.microsoft:server-busy'
  | 'com.microsoft:session-cannot-be-locked'
  | 'com.microsoft:session-lock-lost'
  | 'com.microsoft:timeout';

/** What a client is told when the broker refuses something. */
export class ServiceBusError extends Error {
  readonly condition: Condition;

  constructor(condition: Condition, description: string) {
    super(description);
    this.name = 'ServiceBusError';
    this.condition = condition;
  }
}

/** The wording matters: clients recognise a missing entity by it. */
export function entityNotFound(path: string): ServiceBusError {
  return new ServiceBusError('amqp:not-found', `The messaging entity 'sb://localhost/${path}' could not be found.`);
}

export function messageLockLost(): ServiceBusError {
  return new ServiceBusError(
    'com.microsoft:message-lock-lost',
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );
}
