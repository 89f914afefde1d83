import type { MessageEncoding, MessageProperties, PropertyChanges, Value } from '../broker/rules/value.ts';
import { withApplicationProperties } from './outgoing-message.ts';
import { decodeRequest } from './rhea.ts';
import { findSections } from './sections.ts';

/** System properties by the names SQL filters give them, and the AMQP fields they are. */
const SYSTEM = {
  MessageId: 'message_id',
  CorrelationId: 'correlation_id',
  To: 'to',
  ReplyTo: 'reply_to',
  Label: 'subject',
  SessionId: 'group_id',
  ReplyToSessionId: 'reply_to_group_id',
  ContentType: 'content_type',
} as const;

/** AMQP messages, as rules look at them. */
export const amqpEncoding: MessageEncoding = {
  properties(content: Buffer): MessageProperties {
    const { body } = findSections(content);
    // Everything but the body, which rules never see.
    const message = decodeRequest(content.subarray(0, body)) as unknown as Record<string, unknown>;
    const system = Object.entries(SYSTEM).map(([name, field]): [string, Value] => [name, valueOf(message[field])]);
    const application = Object.entries((message.application_properties ?? {}) as Record<string, unknown>);
    return {
      system: Object.fromEntries(system.filter(([, value]) => value !== null)),
      application: Object.fromEntries(application.map(([name, value]) => [name, valueOf(value)])),
    };
  },

  change(content: Buffer, changes: PropertyChanges): Buffer {
    return withApplicationProperties(content, changes);
  },
};

function valueOf(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value instanceof Date || Buffer.isBuffer(value) ? value : null;
}
