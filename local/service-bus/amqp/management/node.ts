import type { Broker } from '../../broker/broker.ts';
import { type Condition, ServiceBusError } from '../../broker/errors.ts';
import { amqpError } from '../link-error.ts';
import type { RequestHandler } from '../request-link.ts';
import { types } from '../rhea.ts';
import { lockOperations } from './locks.ts';
import { messageOperations } from './messages.ts';
import type { Operation, Reply } from './operation.ts';
import { ruleOperations } from './rules.ts';
import { sessionOperations } from './sessions.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...messageOperations,
  ...lockOperations,
  ...sessionOperations,
  ...ruleOperations,
};

const STATUS: Partial<Record<Condition, number>> = {
  'amqp:not-found': 404,
  'amqp:not-implemented': 501,
  'amqp:unauthorized-access': 401,
  'amqp:internal-error': 500,
  'com.microsoft:entity-already-exists': 409,
  'com.microsoft:message-not-found': 404,
  'com.microsoft:server-busy': 503,
  'com.microsoft:message-lock-lost': 410,
  'com.microsoft:session-lock-lost': 410,
  'com.microsoft:session-cannot-be-locked': 410,
  'com.microsoft:timeout': 408,
};

/**
 * An entity's `$management` node.
 * @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response
 */
export function managementNode(broker: Broker, path: string): RequestHandler {
  return (request, reply) => {
    const properties = (request.application_properties ?? {}) as Record<string, unknown>;
    const name = String(properties.operation);
    const linkName = properties['associated-link-name'];
    try {
      const operation = OPERATIONS[name.replace('com.microsoft:', '')];
      if (!operation) throw new ServiceBusError('amqp:not-implemented', `The operation '${name}' is not supported.`);
      broker.faults.demand('management');
      const body = (request.body ?? {}) as Record<string, unknown>;
      const result = operation({ broker, path, body, ...(typeof linkName === 'string' && { linkName }) });
      broker.store.afterCommit(() => reply(success(result)));
    } catch (error) {
      const { condition, description = '' } = amqpError(error);
      reply(status(STATUS[condition as Condition] ?? 400, description, condition));
    }
  };
}

function success({ code = 200, body = {} }: Reply): object {
  return { ...status(code, code === 204 ? 'No Content' : 'OK'), body };
}

function status(code: number, description: string, condition?: string): object {
  return {
    application_properties: {
      statusCode: types.wrap_int(code),
      statusDescription: description,
      ...(condition && { errorCondition: condition }),
    },
    body: {},
  };
}
