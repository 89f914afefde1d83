import type { IncomingMessage } from '../broker/message.ts';
import type {
  MessageEncoding,
  MessageProperties,
  PropertyChanges,
  SystemProperty,
  Value,
} from '../broker/rules/value.ts';
import { LONGEST_ID, readMessage } from './incoming-message.ts';
import { withApplicationProperties } from './outgoing-message.ts';
import { FIELDS, withFields } from './properties-section.ts';
import { decodeRequest, encodeValue, types } from './rhea.ts';
import { findSections } from './sections.ts';

/** The AMQP fields that system properties are: their names in rhea, and on the wire. */
const SYSTEM: Readonly<Record<SystemProperty, readonly [name: string, position: number]>> = {
  MessageId: ['message_id', FIELDS.messageId],
  CorrelationId: ['correlation_id', FIELDS.correlationId],
  To: ['to', FIELDS.to],
  ReplyTo: ['reply_to', FIELDS.replyTo],
  Label: ['subject', FIELDS.subject],
  SessionId: ['group_id', FIELDS.groupId],
  ReplyToSessionId: ['reply_to_group_id', FIELDS.replyToGroupId],
  ContentType: ['content_type', FIELDS.contentType],
};

/** AMQP messages, as rules look at them. */
export const amqpEncoding: MessageEncoding = {
  properties(content: Buffer): MessageProperties {
    const { body } = findSections(content);
    // Everything but the body, which rules never see.
    const message = decodeRequest(content.subarray(0, body)) as unknown as Record<string, unknown>;
    const system = Object.entries(SYSTEM).map(([name, [field]]): [string, Value] => [name, valueOf(message[field])]);
    const application = Object.entries((message.application_properties ?? {}) as Record<string, unknown>);
    return {
      system: Object.fromEntries(system.filter(([, value]) => value !== null)),
      application: Object.fromEntries(application.map(([name, value]) => [name, valueOf(value)])),
    };
  },

  change(message: IncomingMessage, { system, application }: PropertyChanges): IncomingMessage {
    const fields = new Map(Object.entries(system).map(([name, value]) => [positionOf(name), encodedField(value)]));
    const content = withFields(withApplicationProperties(message.content, application), fields);
    const { messageId, sessionId } = readMessage(content);
    return { ...message, content, messageId, sessionId };
  },
};

function positionOf(name: string): number {
  return SYSTEM[name as SystemProperty][1];
}

/** All of them are text; an ID that came out too long is cut. */
function encodedField(value: Value): Buffer {
  if (value === null) return encodeValue(types.wrap(null));
  const text = value instanceof Date ? value.toISOString() : String(value);
  return encodeValue(types.wrap_string(text.slice(0, LONGEST_ID)));
}

function valueOf(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value instanceof Date || Buffer.isBuffer(value) ? value : null;
}
