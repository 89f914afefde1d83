import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from '../broker/message.ts';
import { ServiceBusError } from '../broker/errors.ts';
import { isNull, numberAt, skip, textAt } from './encoding.ts';
import { FIELDS, withFields } from './properties-section.ts';
import { checkSections, eachItem, fieldOffsets, findSections, type Sections, inOrder } from './sections.ts';

/** Service Bus allows this many characters in a message ID or a session ID. */
export const LONGEST_ID = 128;

/** Position in the list of the header section. */
const TTL = 2;

/**
 * Reads what the broker must know of an encoded message. The bytes are kept as they are, save that
 * a missing message ID is put in and its sections are put in order.
 * @throws ServiceBusError amqp:decode-error, or com.microsoft:argument-error when an ID is too long
 */
export function readMessage(encoded: Buffer): IncomingMessage {
  const ordered = inOrder(encoded);
  checkSections(ordered, findSections(ordered));
  const content = withMessageId(ordered);
  const sections = findSections(content);
  const fields = fieldOffsets(content, sections.properties);
  const messageId = identifier(content, fields[FIELDS.messageId], 'message ID');
  const sessionId = identifier(content, fields[FIELDS.groupId], 'session ID');
  const ttl = fieldOffsets(content, sections.header)[TTL];
  return {
    messageId: messageId ?? '',
    sessionId: sessionId ?? null,
    timeToLive: (ttl === undefined ? undefined : numberAt(content, ttl)) ?? null,
    scheduledFor: scheduledEnqueueTime(content, sections) ?? null,
    content,
  };
}

/**
 * Takes a batch (message format 0x80013700) apart: every data section is one encoded message.
 * @throws ServiceBusError amqp:decode-error
 */
export function readBatch(encoded: Buffer): IncomingMessage[] {
  const messages: IncomingMessage[] = [];
  const { body } = findSections(encoded);
  for (let offset = body; offset < encoded.length;) {
    const value = skip(encoded, offset + 1);
    const end = skip(encoded, value);
    const sizeBytes = encoded[value] === 0xa0 ? 1 : 4;
    messages.push(readMessage(encoded.subarray(value + 1 + sizeBytes, end)));
    offset = end;
  }
  return messages;
}

/** IDs may be strings, UUIDs, numbers or binary; the broker compares them as text. */
function identifier(message: Buffer, offset: number | undefined, what: string): string | undefined {
  if (offset === undefined || isNull(message, offset)) return undefined;
  const text = textAt(message, offset) ?? message.toString('hex', offset, skip(message, offset));
  if (text.length > LONGEST_ID) {
    throw new ServiceBusError('com.microsoft:argument-error', `A ${what} has at most ${LONGEST_ID} characters.`);
  }
  return text;
}

function scheduledEnqueueTime(message: Buffer, sections: Sections): number | undefined {
  let time: number | undefined;
  eachItem(message, sections.messageAnnotations, (index, offset) => {
    if (index % 2 === 0 && textAt(message, offset) === 'x-opt-scheduled-enqueue-time') {
      time = numberAt(message, skip(message, offset));
    }
  });
  return time;
}

/** Clients need an ID to renew a message's lock by, and Service Bus gives one to every message without. */
function withMessageId(message: Buffer): Buffer {
  const [first] = fieldOffsets(message, findSections(message).properties);
  if (first !== undefined && !isNull(message, first)) return message;
  const id = Buffer.from(randomUUID().replaceAll('-', ''));
  return withFields(message, new Map([[FIELDS.messageId, Buffer.concat([Buffer.from([0xa1, id.length]), id])]]));
}
