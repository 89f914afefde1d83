import { fieldOffsets, findSections, PROPERTIES } from './sections.ts';
import { skip } from './encoding.ts';

/** Positions in the list of the properties section. @see OASIS AMQP 1.0, part 3.2.4 */
export const FIELDS = {
  messageId: 0,
  to: 2,
  subject: 3,
  replyTo: 4,
  correlationId: 5,
  contentType: 6,
  groupId: 10,
  replyToGroupId: 12,
} as const;

const NULL = Buffer.from([0x40]);

/** Puts encoded values into fields of the properties section, which is made where there is none; all other bytes are kept. */
export function withFields(message: Buffer, fields: ReadonlyMap<number, Buffer>): Buffer {
  if (fields.size === 0) return message;
  const { properties, bare } = findSections(message);
  const present = fieldOffsets(message, properties).map((offset) => message.subarray(offset, skip(message, offset)));
  const count = Math.max(present.length, ...[...fields.keys()].map((index) => index + 1));
  const items = Array.from({ length: count }, (_, index) => fields.get(index) ?? present[index] ?? NULL);
  const list = Buffer.concat(items);
  const head = Buffer.from([0x00, 0x53, PROPERTIES, 0xd0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(list.length + 4, 4);
  head.writeUInt32BE(count, 8);
  const [start, end] = [properties?.start ?? bare, properties?.end ?? bare];
  return Buffer.concat([message.subarray(0, start), head, list, message.subarray(end)]);
}
