import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Binding, TypedData } from '../core-types.ts';
import { readableText } from './readable-text.ts';

/** `DateTime.MaxValue`: when a message without time to live expires, as .NET prints it. */
const never = '9999-12-31T23:59:59.9999999';

/**
 * The message's body as the trigger hands it over: text, which the app's library parses if it is JSON (so the text `123` arrives as
 * a number), or bytes when the binding says `dataType: 'binary'`.
 */
export function bodyData(message: ServiceBusReceivedMessage, binding: Binding): TypedData {
  return oneBody(bodyBytes(message), binding);
}

/** The bodies of a batch. Azure leaves empty ones out unless the app announced `IncludeEmptyEntriesInMessagePayload`. */
export function batchData(
  messages: readonly ServiceBusReceivedMessage[],
  binding: Binding,
  includeEmpty: boolean,
): TypedData {
  return manyBodies(messages.map(bodyBytes), binding, includeEmpty);
}

/** A text in place of a message: of one, or of the only one in a batch. */
export function textData(text: string, binding: Binding): TypedData {
  const bytes = Buffer.from(text);
  return binding['cardinality'] === 'many' ? manyBodies([bytes], binding, true) : oneBody(bytes, binding);
}

function oneBody(bytes: Buffer, binding: Binding): TypedData {
  return binding['dataType'] === 'binary' ? { bytes } : { string: bytes.toString('utf8') };
}

function manyBodies(bodies: Buffer[], binding: Binding, includeEmpty: boolean): TypedData {
  if (binding['dataType'] === 'binary') return { collectionBytes: { bytes: bodies } };
  const texts = bodies.map((body) => body.toString('utf8'));
  return { collectionString: { string: includeEmpty ? texts : texts.filter((text) => text !== '') } };
}

/** The receiver must not parse bodies: a data section is then a Buffer. */
function bodyBytes(message: ServiceBusReceivedMessage): Buffer {
  const body = message.body as unknown;
  if (Buffer.isBuffer(body)) return body;
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  throw new Error(
    `A message whose body is an AMQP ${message._rawAmqpMessage.bodyType ?? 'value'} of no text cannot be bound to a string.`,
  );
}

type Metadata = Record<string, TypedData>;

/**
 * The trigger's metadata. Names as in the .NET extension; the app's library lowers their first letters.
 * Top-level properties of a JSON body overwrite metadata of the same name: that is what happens in Azure.
 */
export function triggerMetadata(message: ServiceBusReceivedMessage, body: TypedData): Metadata {
  const metadata: Metadata = {};
  for (const [name, value] of Object.entries(properties(message)))
    if (value !== undefined) metadata[name] = toData(value);
  return body.string === undefined ? metadata : withBodyProperties(metadata, body.string);
}

/** The metadata of a batch: one array for each name, which gets the suffix `Array`. */
export function batchMetadata(messages: readonly ServiceBusReceivedMessage[]): Metadata {
  const all = messages.map(properties);
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [`${name}Array`, { json: JSON.stringify(all.map((one) => one[name] ?? null)) }]),
  );
}

function properties(message: ServiceBusReceivedMessage): Record<string, unknown> {
  const enqueued = message.enqueuedTimeUtc?.toISOString();
  const expires =
    message.expiresAtUtc && message.expiresAtUtc.getTime() < Date.UTC(9999, 0)
      ? message.expiresAtUtc.toISOString()
      : never;
  const applicationProperties = message.applicationProperties ?? {};
  return {
    // The first delivery counts as 1; on the wire it is 0.
    DeliveryCount: (message.deliveryCount ?? 0) + 1,
    DeadLetterSource: message.deadLetterSource,
    LockToken: message.lockToken,
    ExpiresAtUtc: expires.endsWith('Z') ? expires : `${expires}Z`,
    ExpiresAt: expires.replace(/Z?$/, '+00:00'),
    EnqueuedTimeUtc: enqueued,
    EnqueuedTime: enqueued?.replace(/Z$/, '+00:00'),
    MessageId: message.messageId === undefined ? undefined : String(message.messageId),
    ContentType: message.contentType,
    ReplyTo: message.replyTo,
    SequenceNumber: Number(message.sequenceNumber),
    To: message.to,
    Subject: message.subject,
    Label: message.subject,
    CorrelationId: message.correlationId === undefined ? undefined : String(message.correlationId),
    SessionId: message.sessionId,
    ReplyToSessionId: message.replyToSessionId,
    PartitionKey: message.partitionKey,
    ApplicationProperties: applicationProperties,
    UserProperties: applicationProperties,
  };
}

/** Text travels as text, the rest as JSON; a date is JSON text. */
function toData(value: unknown): TypedData {
  return typeof value === 'string' ? readableText(value) : { json: JSON.stringify(value) };
}

function withBodyProperties(metadata: Metadata, text: string): Metadata {
  const body = parseObject(text);
  for (const [name, value] of Object.entries(body ?? {})) {
    if (value === null || Array.isArray(value)) continue;
    // .NET's dictionary ignores case and keeps the name that it had.
    const known = Object.keys(metadata).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
    metadata[known] = typeof value === 'object' ? { json: JSON.stringify(value) } : { string: netText(value) };
  }
  return metadata;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined;
  try {
    return JSON.parse(trimmed) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function netText(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}
