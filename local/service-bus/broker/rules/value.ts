import type { IncomingMessage } from '../message.ts';

/** A property of a message, as rules see it. */
export type Value = string | number | boolean | Date | Buffer | null;

/** What rules may look at: the system properties by the names SQL filters use for them, and the sender's own. */
export interface MessageProperties {
  readonly system: Readonly<Record<string, Value>>;
  readonly application: Readonly<Record<string, Value>>;
}

/** What an action changes; null removes an application property and empties a system property. */
export type PropertyChanges = MessageProperties;

/** The system properties that rules may look at and change, by the names SQL filters use for them. */
export const SYSTEM_PROPERTIES = [
  'MessageId',
  'CorrelationId',
  'To',
  'ReplyTo',
  'Label',
  'SessionId',
  'ReplyToSessionId',
  'ContentType',
] as const;
export type SystemProperty = (typeof SYSTEM_PROPERTIES)[number];

/** Reads and changes what the broker itself cannot: a message's encoded content. */
export interface MessageEncoding {
  properties(content: Buffer): MessageProperties;
  change(message: IncomingMessage, changes: PropertyChanges): IncomingMessage;
}
