import type { StoredMessage } from './message.ts';

/** Reads available messages from the store. */
export interface BacklogSource {
  /** Up to `limit` active messages above a sequence number, lowest first. */
  above(sequenceNumber: number, limit: number): StoredMessage[];
  /** One message, if it is still there. */
  one(sequenceNumber: number): StoredMessage | undefined;
}

/**
 * What is available to be delivered, in order. The messages themselves stay in the store; memory holds a cursor, and the numbers
 * of messages that became available again behind it.
 * Invariant: every available message is either above the cursor or in `#behind`; nothing that is locked is either.
 */
export class Backlog {
  readonly #source: BacklogSource;
  #cursor = 0;
  #highest = Infinity;
  #behind: number[] = [];

  constructor(source: BacklogSource) {
    this.#source = source;
  }

  /** A message became available: newly enqueued, or given back. */
  offer(sequenceNumber: number): void {
    if (sequenceNumber > this.#cursor) {
      this.#highest = Math.max(this.#highest, sequenceNumber);
      return;
    }
    const at = this.#behind.findLastIndex((other) => other < sequenceNumber) + 1;
    this.#behind.splice(at, 0, sequenceNumber);
  }

  /** The next messages in order, at most `limit`; who takes them must lock or remove them. */
  take(limit: number): StoredMessage[] {
    const taken = this.#takeBehind(limit);
    const wanted = limit - taken.length;
    if (wanted === 0 || this.#cursor >= this.#highest) return taken;
    const ahead = this.#source.above(this.#cursor, wanted);
    this.#cursor = ahead.at(-1)?.sequenceNumber ?? this.#cursor;
    if (ahead.length < wanted) this.#highest = this.#cursor;
    return [...taken, ...ahead];
  }

  #takeBehind(limit: number): StoredMessage[] {
    if (this.#behind.length === 0) return [];
    return this.#behind
      .splice(0, limit)
      .map((sequenceNumber) => this.#source.one(sequenceNumber))
      .filter((message) => message !== undefined);
  }
}
