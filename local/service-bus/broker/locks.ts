import { randomFillSync } from 'node:crypto';

/** One message held by one consumer. */
export interface MessageLock {
  readonly token: string;
  /** Row number and sequence number of the message. */
  readonly id: number;
  readonly sequenceNumber: number;
  readonly state: number;
  readonly deliveryCount: number;
  readonly expiresAt: number | null;
  readonly sessionId: string | null;
  lockedUntil: number;
}

const TOKEN_BYTES = 16;
const pool = Buffer.alloc(TOKEN_BYTES * 256);
let used = pool.length;

/** A random UUID's 32 hexadecimal digits. */
export function newToken(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.toString('hex', used, (used += TOKEN_BYTES));
}

/**
 * The message locks of one entity. They live in memory only: after a restart of the broker every message is free again.
 * Invariant: iteration order is the order of expiry, because all locks of an entity last equally long and a renewed one moves to the end.
 */
export class LockTable {
  readonly #byToken = new Map<string, MessageLock>();
  readonly #tokens = new Map<number, string>();

  add(lock: MessageLock): void {
    this.#byToken.set(lock.token, lock);
    this.#tokens.set(lock.sequenceNumber, lock.token);
  }

  get(token: string): MessageLock | undefined {
    return this.#byToken.get(token);
  }

  isLocked(sequenceNumber: number): boolean {
    return this.#tokens.has(sequenceNumber);
  }

  renew(lock: MessageLock, lockedUntil: number): void {
    this.remove(lock);
    lock.lockedUntil = lockedUntil;
    this.add(lock);
  }

  remove(lock: MessageLock): void {
    this.#byToken.delete(lock.token);
    this.#tokens.delete(lock.sequenceNumber);
  }

  /** The lock that ends first. */
  first(): MessageLock | undefined {
    return this.#byToken.values().next().value;
  }

  all(): MessageLock[] {
    return [...this.#byToken.values()];
  }

  ofSession(sessionId: string): MessageLock[] {
    return [...this.#byToken.values()].filter((lock) => lock.sessionId === sessionId);
  }
}
