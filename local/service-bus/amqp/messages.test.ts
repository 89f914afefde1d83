import rhea from 'rhea';
import type { StoredMessage } from '../broker/message.ts';
import { readBatch, readMessage } from './incoming-message.ts';
import { amqpEncoding } from './message-encoding.ts';
import { encodeMessage, withApplicationProperties } from './outgoing-message.ts';

const { message: amqp, types } = rhea;

const stored = (content: Buffer, more: Partial<StoredMessage> = {}): StoredMessage => ({
  id: 1,
  sequenceNumber: 7,
  enqueuedSequenceNumber: 5,
  state: 0,
  messageId: 'm',
  sessionId: null,
  enqueuedAt: 1_000_000,
  scheduledFor: null,
  timeToLive: null,
  expiresAt: null,
  deliveryCount: 2,
  deadLetterReason: null,
  deadLetterDescription: null,
  deadLetterSource: null,
  content,
  ...more,
});

describe('an incoming message', () => {
  it('tells what the broker must know, and keeps its bytes', () => {
    const encoded = amqp.encode({
      message_id: 'm1',
      group_id: 's1',
      ttl: 5000,
      message_annotations: { 'x-opt-scheduled-enqueue-time': types.wrap_timestamp(1234567890123), other: 1 },
      body: 'text',
    });
    expect(readMessage(encoded)).toEqual({
      messageId: 'm1',
      sessionId: 's1',
      timeToLive: 5000,
      scheduledFor: 1234567890123,
      content: encoded,
    });
  });

  it.each([
    ['without properties', {}],
    ['with properties but no ID', { subject: 'kept', application_properties: { a: 1 } }],
  ])('%s is given an ID', (_what, fields) => {
    const { messageId, content } = readMessage(amqp.encode({ ...fields, body: 'text' }));
    expect(messageId).toMatch(/^[0-9a-f]{32}$/);
    expect(amqp.decode(content)).toMatchObject({ ...fields, message_id: messageId, body: 'text' });
  });

  it('may have an ID that is no text', () => {
    const ids = [types.wrap_ulong(7), types.wrap_uuid(Buffer.alloc(16, 1)), types.wrap_binary(Buffer.from('b'))];
    const read = ids.map((message_id) => readMessage(amqp.encode({ message_id, body: 1 })).messageId);
    expect(new Set(read).size).toBe(3);
  });

  it.each(['message_id', 'group_id'])('is refused for a %s of more than 128 characters', (field) => {
    expect(() => readMessage(amqp.encode({ [field]: 'x'.repeat(129), body: 1 }))).toThrow('at most 128 characters');
  });

  it('keeps a footer that was written before the body, behind it', () => {
    const encoded = amqp.encode({ message_id: 'm', footer: { f: 1 }, body: 'text' });
    const { content } = readMessage(encoded);
    const footer = encoded.indexOf(Buffer.from([0x00, 0x53, 0x78]));
    expect(footer).toBeLessThan(encoded.indexOf('text'));
    expect(content.indexOf(Buffer.from([0x00, 0x53, 0x78]))).toBeGreaterThan(content.indexOf('text'));
    expect(content).toHaveLength(encoded.length);
    expect(amqp.decode(content)).toMatchObject({ message_id: 'm', footer: { f: 1 }, body: 'text' });
    const changed = withApplicationProperties(content, { added: 1 });
    expect(amqp.decode(changed)).toMatchObject({
      application_properties: { added: 1 },
      footer: { f: 1 },
      body: 'text',
    });
  });

  it('is put in order when its sections are not, as uAMQP sends them', () => {
    const parts = {
      message_annotations: { a: 1 },
      message_id: 'm',
      application_properties: { p: 1 },
      footer: { f: 1 },
    };
    const delivery = amqp.encode({ delivery_annotations: { d: 1 }, body: 1 });
    const section = (message: Buffer, code: number) => message.indexOf(Buffer.from([0x00, 0x53, code]));
    const annotations = delivery.subarray(section(delivery, 0x71), section(delivery, 0x73));
    const encoded = amqp.encode({ ...parts, body: 'text' });
    const body = section(encoded, 0x77);
    const { content } = readMessage(Buffer.concat([encoded.subarray(0, body), annotations, encoded.subarray(body)]));
    expect(section(content, 0x71)).toBeLessThan(section(content, 0x72));
    expect(amqp.decode(content)).toMatchObject({ ...parts, body: 'text' });
    const twice = Buffer.concat([annotations, annotations, encoded]);
    expect(() => readMessage(twice)).toThrow('a section stands there twice');
  });

  it('is found in a batch', () => {
    const messages = ['a', 'b'.repeat(300)].map((body) => amqp.encode({ message_id: 'm', body }));
    const batch = amqp.encode({ body: amqp.data_sections(messages) });
    expect(readBatch(batch).map(({ content }) => content)).toEqual(messages);
  });
});

describe('an outgoing message', () => {
  const body = { typed: 'value' };

  it("carries the broker's header and annotations before its own bytes", () => {
    const encoded = amqp.encode({
      durable: true,
      priority: 7,
      delivery_count: 99,
      message_annotations: { 'x-opt-sequence-number': 4711, 'x-opt-partition-key': 'p' },
      message_id: 'm',
      body,
    });
    const sent = encodeMessage({
      ...stored(encoded, { timeToLive: 60_000 }),
      lock: { token: '', lockedUntil: 2_000_000 },
    });
    expect(amqp.decode(sent)).toMatchObject({
      durable: true,
      priority: 7,
      ttl: 60_000,
      delivery_count: 2,
      message_id: 'm',
      body,
    });
    expect(amqp.decode(sent).message_annotations).toEqual({
      'x-opt-partition-key': 'p',
      'x-opt-sequence-number': 7,
      'x-opt-enqueue-sequence-number': 5,
      'x-opt-enqueued-time': new Date(1_000_000),
      'x-opt-locked-until': new Date(2_000_000),
      'x-opt-message-state': 0,
    });
    const bare = amqp.encode({ message_id: 'm', body }).subarray(5);
    expect(sent.subarray(sent.length - bare.length).equals(bare)).toBe(true);
  });

  it('says why it was dead-lettered', () => {
    const encoded = amqp.encode({ application_properties: { kept: 1 }, body });
    const dead = stored(encoded, { deadLetterReason: 'bad', deadLetterDescription: 'really', deadLetterSource: 'q' });
    expect(amqp.decode(encodeMessage(dead))).toMatchObject({
      application_properties: { kept: 1, DeadLetterReason: 'bad', DeadLetterErrorDescription: 'really' },
      message_annotations: { 'x-opt-deadletter-source': 'q' },
    });
  });

  it('keeps the types of the properties that a change leaves alone', () => {
    const typed = { long: types.wrap_long(5), float: types.wrap_double(2), old: 1, gone: 1 };
    const changed = withApplicationProperties(amqp.encode({ application_properties: typed, body }), {
      old: 'new',
      gone: null,
      added: true,
    });
    const kept = amqp.encode({ application_properties: { long: typed.long, float: typed.float }, body });
    expect(amqp.decode(changed)).toMatchObject({
      application_properties: { long: 5, float: 2, old: 'new', added: true },
      body,
    });
    expect(amqp.decode(changed).application_properties).not.toHaveProperty('gone');
    const items = kept.subarray(kept.indexOf('long') - 2, kept.indexOf('float') + 5 + 9);
    expect(changed.includes(items)).toBe(true);
  });

  it('shows rules its properties, but not its body', () => {
    const encoded = amqp.encode({
      subject: 'label',
      correlation_id: 'c',
      application_properties: { n: 1, at: new Date(5) },
      body,
    });
    expect(amqpEncoding.properties(encoded)).toEqual({
      system: { Label: 'label', CorrelationId: 'c' },
      application: { n: 1, at: new Date(5) },
    });
  });
});
