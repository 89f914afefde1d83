/** Where a message stands; the numbers are those of `x-opt-message-state`. */
export const ACTIVE = 0;
export const DEFERRED = 1;
export const SCHEDULED = 2;

/** A message as a client hands it in. */
export interface IncomingMessage {
  readonly messageId: string;
  readonly sessionId: string | null;
  /** Milliseconds; null where the sender set none. */
  readonly timeToLive: number | null;
  /** When to enqueue it, ms since 1970; null means now. */
  readonly scheduledFor: number | null;
  /** The encoded message. The broker stores these bytes and never looks into them. */
  readonly content: Buffer;
}

/** A message as it lies in the store. Times are ms since 1970 UTC. */
export interface StoredMessage {
  /** Row number, never shown to clients. */
  readonly id: number;
  readonly sequenceNumber: number;
  /** The number given at the first submission: differs once a scheduled message was enqueued. */
  readonly enqueuedSequenceNumber: number;
  readonly state: typeof ACTIVE | typeof DEFERRED | typeof SCHEDULED;
  readonly messageId: string;
  readonly sessionId: string | null;
  readonly enqueuedAt: number;
  readonly scheduledFor: number | null;
  /** Milliseconds, after the entity's default was applied; null means for ever. */
  readonly timeToLive: number | null;
  readonly expiresAt: number | null;
  readonly deliveryCount: number;
  readonly deadLetterReason: string | null;
  readonly deadLetterDescription: string | null;
  /** The path the message was dead-lettered from. */
  readonly deadLetterSource: string | null;
  readonly content: Buffer;
}

/** A message on its way to a consumer, with its lock unless it was removed on delivery. */
export interface DeliveredMessage extends StoredMessage {
  readonly lock?: { readonly token: string; readonly lockedUntil: number };
}

/** Why a message goes to the dead-letter queue; both texts end up in its application properties. */
export interface DeadLetterCause {
  readonly reason: string | null;
  readonly description: string | null;
}

/** The time to live that holds, ms; null means for ever. */
export function shorterLife(first: number | null, second: number | null): number | null {
  if (first === null || second === null) return first ?? second;
  return Math.min(first, second);
}
