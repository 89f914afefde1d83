import type { DeliveredMessage, StoredMessage } from '../broker/message.ts';
import { skip, textAt } from './encoding.ts';
import { encodeValue, type Typed, types } from './rhea.ts';
import {
  APPLICATION_PROPERTIES,
  DELIVERY_ANNOTATIONS,
  eachItem,
  fieldOffsets,
  findSections,
  HEADER,
  MESSAGE_ANNOTATIONS,
  type Section,
  type Sections,
} from './sections.ts';

const NULL = Buffer.from([0x40]);
const NOTHING = Buffer.alloc(0);
const MAX_UINT = 2 ** 32 - 1;

/**
 * A message as it goes to a consumer: its own bytes from the properties on, behind a header and annotations of the broker.
 * @see https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide#message-annotations
 * @param lockToken a UUID, for a message that does not travel as a delivery whose tag would be its token
 */
export function encodeMessage(message: DeliveredMessage, lockToken?: Typed): Buffer {
  const content = withDeadLetterCause(message);
  const sections = findSections(content);
  const annotations = mapSection(MESSAGE_ANNOTATIONS, content, sections.messageAnnotations, annotationsOf(message));
  return Buffer.concat([
    header(message, content, sections),
    lockToken ? deliveryAnnotations(lockToken) : NOTHING,
    annotations,
    content.subarray(sections.bare),
  ]);
}

/** Merges application properties into an encoded message, where null removes one; everything else keeps its bytes. */
export function withApplicationProperties(content: Buffer, changes: Readonly<Record<string, unknown>>): Buffer {
  const { applicationProperties: present, body } = findSections(content);
  const items = Object.entries(changes).map(([key, value]): MapItem => [
    key,
    value === null ? NOTHING : entry(types.wrap_string(key), types.wrap(value)),
  ]);
  return Buffer.concat([
    content.subarray(0, present?.start ?? body),
    mapSection(APPLICATION_PROPERTIES, content, present, new Map(items)),
    content.subarray(present?.end ?? body),
  ]);
}

/** A key, and the encoded key with its encoded value. */
type MapItem = [key: string, encoded: Buffer];

function entry(key: Typed, value: Typed): Buffer {
  return Buffer.concat([encodeValue(key), encodeValue(value)]);
}

function withDeadLetterCause({ content, deadLetterReason, deadLetterDescription }: StoredMessage): Buffer {
  if (deadLetterReason === null && deadLetterDescription === null) return content;
  return withApplicationProperties(content, {
    ...(deadLetterReason !== null && { DeadLetterReason: deadLetterReason }),
    ...(deadLetterDescription !== null && { DeadLetterErrorDescription: deadLetterDescription }),
  });
}

function header(message: StoredMessage, content: Buffer, sections: Sections): Buffer {
  const offsets = fieldOffsets(content, sections.header);
  const sent = (field: number) => {
    const offset = offsets[field] ?? content.length;
    const value = content.subarray(offset, offset < content.length ? skip(content, offset) : offset);
    return value.length === 1 || value.length === 2 ? value : NULL;
  };
  const [durable, priority, firstAcquirer] = [sent(0), sent(1), sent(3)];
  const ttl = message.timeToLive === null ? NULL : uint(Math.min(message.timeToLive, MAX_UINT));
  const fields = Buffer.concat([durable, priority, ttl, firstAcquirer, uint(message.deliveryCount)]);
  return Buffer.concat([Buffer.from([0x00, 0x53, HEADER, 0xc0, fields.length + 1, 5]), fields]);
}

const SEQUENCE_NUMBER = 'x-opt-sequence-number';
const ENQUEUED_SEQUENCE_NUMBER = 'x-opt-enqueue-sequence-number';
const ENQUEUED_TIME = 'x-opt-enqueued-time';
const LOCKED_UNTIL = 'x-opt-locked-until';
const LOCK_TOKEN = 'x-opt-lock-token';
const MESSAGE_STATE = 'x-opt-message-state';
const DEAD_LETTER_SOURCE = 'x-opt-deadletter-source';

function annotationsOf(message: DeliveredMessage): Map<string, Buffer> {
  const items = new Map([
    [SEQUENCE_NUMBER, annotation(SEQUENCE_NUMBER, long(message.sequenceNumber))],
    [ENQUEUED_SEQUENCE_NUMBER, annotation(ENQUEUED_SEQUENCE_NUMBER, long(message.enqueuedSequenceNumber))],
    [ENQUEUED_TIME, annotation(ENQUEUED_TIME, timestamp(message.enqueuedAt))],
    [MESSAGE_STATE, annotation(MESSAGE_STATE, encodeInt(message.state))],
  ]);
  if (message.lock) items.set(LOCKED_UNTIL, annotation(LOCKED_UNTIL, timestamp(message.lock.lockedUntil)));
  if (message.deadLetterSource !== null) {
    items.set(
      DEAD_LETTER_SOURCE,
      annotation(DEAD_LETTER_SOURCE, encodeValue(types.wrap_string(message.deadLetterSource))),
    );
  }
  return items;
}

function deliveryAnnotations(lockToken: Typed): Buffer {
  const items = new Map([[LOCK_TOKEN, annotation(LOCK_TOKEN, encodeValue(lockToken))]]);
  return mapSection(DELIVERY_ANNOTATIONS, NOTHING, undefined, items);
}

const symbols = new Map<string, Buffer>();

function annotation(name: string, value: Buffer): Buffer {
  let symbol = symbols.get(name);
  if (!symbol) symbols.set(name, (symbol = encodeValue(types.wrap_symbol(name))));
  return Buffer.concat([symbol, value]);
}

/** A map section with the items of `present`, where `changes` replace those of the same name, or remove them when empty. */
function mapSection(code: number, content: Buffer, present: Section | undefined, changes: Map<string, Buffer>): Buffer {
  const items: Buffer[] = [];
  eachItem(content, present, (index, offset) => {
    if (index % 2 !== 0 || changes.has(textAt(content, offset) ?? '')) return;
    items.push(content.subarray(offset, skip(content, skip(content, offset))));
  });
  items.push(...[...changes.values()].filter((item) => item.length > 0));
  const map = Buffer.concat(items);
  const head = Buffer.from([0x00, 0x53, code, 0xd1, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(map.length + 4, 4);
  head.writeUInt32BE(items.length * 2, 8);
  return Buffer.concat([head, map]);
}

function uint(value: number): Buffer {
  const bytes = Buffer.from([0x70, 0, 0, 0, 0]);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

function encodeInt(value: number): Buffer {
  return Buffer.from([0x54, value]);
}

function long(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = 0x81;
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
}

function timestamp(value: number): Buffer {
  const bytes = long(value);
  bytes[0] = 0x83;
  return bytes;
}
