import { check, compound, malformed, numberAt, skip } from './encoding.ts';

/** The descriptors of a message's sections. @see OASIS AMQP 1.0, part 3.2 */
export const HEADER = 0x70;
export const DELIVERY_ANNOTATIONS = 0x71;
export const MESSAGE_ANNOTATIONS = 0x72;
export const PROPERTIES = 0x73;
export const APPLICATION_PROPERTIES = 0x74;
const DATA = 0x75;
const FOOTER = 0x78;

/** A section's bytes within the encoded message: `start` is its descriptor, `value` what it describes. */
export interface Section {
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** The sections before the body, and where the bare message (properties, application properties, body, footer) begins. */
export interface Sections {
  readonly header?: Section;
  readonly messageAnnotations?: Section;
  readonly properties?: Section;
  readonly applicationProperties?: Section;
  readonly bare: number;
  readonly body: number;
}

const NAMES: Readonly<Record<number, Exclude<keyof Sections, 'bare' | 'body'>>> = {
  [HEADER]: 'header',
  [MESSAGE_ANNOTATIONS]: 'messageAnnotations',
  [PROPERTIES]: 'properties',
  [APPLICATION_PROPERTIES]: 'applicationProperties',
};

/** @throws ServiceBusError amqp:decode-error when the bytes are no AMQP message, or not in order. */
export function findSections(message: Buffer): Sections {
  const found: { -readonly [Name in keyof Sections]: Sections[Name] } = { bare: 0, body: 0 };
  let code = 0;
  for (let start = 0; start < message.length;) {
    const { descriptor, value } = sectionAt(message, start);
    if (descriptor < code && !(code === FOOTER && descriptor >= DATA))
      throw malformed('the sections of a message are out of order');
    code = descriptor;
    const end = skip(message, value);
    const name = NAMES[code];
    if (name) found[name] = { start, value, end };
    if (code <= MESSAGE_ANNOTATIONS) found.bare = end;
    if (code <= APPLICATION_PROPERTIES) found.body = end;
    start = end;
  }
  if (code === 0) throw malformed('a message has no section');
  return found;
}

/**
 * The message with its sections in their order. Clients send others, and Azure takes them: rhea writes the footer before the body,
 * Microsoft's uAMQP the delivery annotations as well.
 * @throws ServiceBusError amqp:decode-error when the bytes are no AMQP message, or have a section twice that may be there once.
 */
export function inOrder(message: Buffer): Buffer {
  const sections: { code: number; start: number; end: number }[] = [];
  for (let start = 0; start < message.length;) {
    const { descriptor: code, value } = sectionAt(message, start);
    const end = skip(message, value);
    const isBody = code >= DATA && code < FOOTER;
    if (!isBody && sections.some((other) => other.code === code)) throw malformed('a section stands there twice');
    sections.push({ code, start, end });
    start = end;
  }
  if (sections.every(({ code }, index) => code >= (sections[index - 1]?.code ?? 0))) return message;
  sections.sort((a, b) => a.code - b.code);
  return Buffer.concat(sections.map(({ start, end }) => message.subarray(start, end)));
}

/** Walks over the fields of a section's list or map; `see` gets each item's position and offset. */
export function eachItem(
  message: Buffer,
  section: Section | undefined,
  see: (index: number, offset: number) => void,
): void {
  if (!section) return;
  const { first, count } = compound(message, section.value);
  let offset = first;
  for (let index = 0; index < count; index++) {
    see(index, offset);
    offset = skip(message, offset);
  }
  if (offset > section.end) throw malformed('a section runs past its end');
}

/** Looks through everything before the body, so that nobody stumbles over it later. @throws ServiceBusError amqp:decode-error */
export function checkSections(message: Buffer, sections: Sections): void {
  for (let offset = 0; offset < sections.body;) offset = check(message, offset);
  for (const list of [sections.header, sections.properties]) {
    if (list && !LISTS.includes(message[list.value] ?? 0)) throw malformed('a section is not the list it should be');
  }
  for (const map of [sections.messageAnnotations, sections.applicationProperties]) {
    if (map && !isMap(message, map)) throw malformed('a section is not the map it should be');
  }
}

const LISTS: readonly number[] = [0x45, 0xc0, 0xd0];
const MAPS: readonly number[] = [0xc1, 0xd1];

function isMap(message: Buffer, section: Section): boolean {
  return MAPS.includes(message[section.value] ?? 0) && compound(message, section.value).count % 2 === 0;
}

/** The offsets of all items of a section. */
export function fieldOffsets(message: Buffer, section: Section | undefined): number[] {
  const offsets: number[] = [];
  eachItem(message, section, (_index, offset) => offsets.push(offset));
  return offsets;
}

function sectionAt(message: Buffer, start: number): { descriptor: number; value: number } {
  const descriptor = message[start] === 0x00 ? numberAt(message, start + 1) : undefined;
  if (descriptor === undefined || descriptor < HEADER || descriptor > FOOTER)
    throw malformed('a message section was expected');
  return { descriptor, value: skip(message, start + 1) };
}
