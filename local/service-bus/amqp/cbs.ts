import type { Access } from './access.ts';
import { amqpError } from './link-error.ts';
import type { RequestHandler } from './request-link.ts';
import { types } from './rhea.ts';

/**
 * The node `$cbs`: takes claims-based tokens.
 * @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#claims-based-authorization
 */
export function cbsNode(access: Access): RequestHandler {
  return (request, reply) => {
    const { operation } = (request.application_properties ?? {}) as { operation?: string };
    if (operation !== 'put-token') {
      reply(answer(400, `$cbs knows put-token only, not '${operation}'.`));
      return;
    }
    try {
      access.putToken(String(request.body));
      reply(answer(202, 'Accepted'));
    } catch (error) {
      const { condition, description = '' } = amqpError(error);
      reply(answer(401, description, condition));
    }
  };
}

function answer(code: number, description: string, condition?: string): object {
  return {
    application_properties: {
      'status-code': types.wrap_int(code),
      'status-description': description,
      ...(condition && { 'error-condition': condition }),
    },
  };
}
