import type { BacklogSource } from './backlog.ts';
import {
  ACTIVE,
  type DeadLetterCause,
  DEFERRED,
  type IncomingMessage,
  SCHEDULED,
  type StoredMessage,
} from './message.ts';
import { DUPLICATES, ENTITY, MESSAGES, RULES, SESSIONS } from './sql.ts';
import type { Store } from './store.ts';

/** A message's row without its content, for what happens to it in passing. */
export interface MessageRow {
  readonly id: number;
  readonly sequenceNumber: number;
  readonly deliveryCount: number;
}

/** A scheduled message's row without its content. */
export interface ScheduledRow {
  readonly id: number;
  readonly sequenceNumber: number;
  readonly sessionId: string | null;
  readonly timeToLive: number | null;
}

/** Sequence numbers set aside at a time, so that none is given twice though the log that holds the messages is lost. */
const RESERVE = 100_000;

/** The rows of one entity, and its sequence numbers. */
export class MessageTable implements BacklogSource {
  readonly entity: number;
  readonly store: Store;
  #nextSequenceNumber: number;
  /** Where the numbers set aside end: what the file itself says. */
  #reservedUntil: number;

  /** Entity names are not case-sensitive. */
  constructor(store: Store, path: string) {
    const key = path.toLowerCase();
    store.write(ENTITY.add, key);
    const row = store.get<{ id: number; nextSequenceNumber: number }>(ENTITY.find, key);
    if (!row) throw new Error(`The Service Bus data file has lost its entry for ${path}.`);
    this.store = store;
    this.entity = row.id;
    this.#nextSequenceNumber = row.nextSequenceNumber;
    this.#reservedUntil = row.nextSequenceNumber;
  }

  /** A number never given before. After a crash what is left of those set aside is skipped. */
  newSequenceNumber(): number {
    if (this.#nextSequenceNumber === this.#reservedUntil) this.#reserve(this.#nextSequenceNumber + RESERVE);
    return this.#nextSequenceNumber++;
  }

  /** Nothing will be added any more: numbers set aside and not given are the next ones. */
  close(): void {
    if (this.#reservedUntil !== this.#nextSequenceNumber) this.#reserve(this.#nextSequenceNumber);
  }

  /** Stores a message that is available at once; returns when it expires. */
  add(message: IncomingMessage, sequenceNumber: number, enqueuedSequenceNumber: number, now: number): number | null {
    const expiresAt = message.timeToLive === null ? null : now + message.timeToLive;
    this.#insert(message, [sequenceNumber, enqueuedSequenceNumber, ACTIVE], [now, message.scheduledFor, expiresAt]);
    return expiresAt;
  }

  /** Stores a message that starts to live when it is enqueued. */
  addScheduled(message: IncomingMessage, sequenceNumber: number, now: number, scheduledFor: number): void {
    this.#insert(message, [sequenceNumber, sequenceNumber, SCHEDULED], [now, scheduledFor, null]);
  }

  remove(id: number): void {
    this.store.write(MESSAGES.remove, id);
  }

  row(id: number): StoredMessage | undefined {
    const row = this.store.get<StoredMessage>(MESSAGES.row, id);
    return row && withBuffer(row);
  }

  one(sequenceNumber: number): StoredMessage | undefined {
    const row = this.store.get<StoredMessage>(MESSAGES.one, this.entity, sequenceNumber);
    return row && withBuffer(row);
  }

  above(sequenceNumber: number, limit: number): StoredMessage[] {
    return this.store.all<StoredMessage>(MESSAGES.activeAbove, this.entity, sequenceNumber, limit).map(withBuffer);
  }

  /** What is available of one session. */
  sessionMessages(sessionId: string): BacklogSource {
    const above = (sequenceNumber: number, limit: number) =>
      this.store
        .all<StoredMessage>(MESSAGES.activeOfSessionAbove, this.entity, sessionId, sequenceNumber, limit)
        .map(withBuffer);
    return { above, one: (sequenceNumber) => this.one(sequenceNumber) };
  }

  /** Messages in every state from `sequenceNumber` on; of one session, or of all. */
  peek(sequenceNumber: number, limit: number, sessionId: string | null): StoredMessage[] {
    const rows =
      sessionId === null
        ? this.store.all<StoredMessage>(MESSAGES.peek, this.entity, sequenceNumber, limit)
        : this.store.all<StoredMessage>(MESSAGES.peekSession, this.entity, sessionId, sequenceNumber, limit);
    return rows.map(withBuffer);
  }

  countDelivery(id: number, deliveryCount: number): void {
    this.store.write(MESSAGES.countDelivery, deliveryCount, id);
  }

  defer(id: number, deliveryCount: number): void {
    this.store.write(MESSAGES.setState, DEFERRED, deliveryCount, id);
  }

  rewriteContent(id: number, rewrite: (content: Buffer) => Buffer): void {
    const row = this.store.get<{ content: Uint8Array }>(MESSAGES.content, id);
    if (row) this.store.write(MESSAGES.setContent, rewrite(asBuffer(row.content)), id);
  }

  /** Hands a message over to the dead-letter queue `target`, where it keeps its sequence number. */
  deadLetter(row: MessageRow, target: MessageTable, source: string, cause: DeadLetterCause): void {
    this.store.write(
      MESSAGES.deadLetter,
      target.entity,
      row.deliveryCount,
      cause.reason,
      cause.description,
      source,
      row.id,
    );
  }

  scheduledDue(now: number, limit: number): ScheduledRow[] {
    return this.store.all(MESSAGES.scheduledDue, this.entity, now, limit);
  }

  nextScheduled(): number | null {
    return this.store.get<{ at: number | null }>(MESSAGES.nextScheduled, this.entity)?.at ?? null;
  }

  enqueueScheduled(id: number, sequenceNumber: number, now: number, expiresAt: number | null): void {
    this.store.write(MESSAGES.enqueueScheduled, sequenceNumber, now, expiresAt, id);
  }

  /** Messages that expired up to `now`, after the one that was last in the page before. */
  expired(
    after: { expiresAt: number; id: number },
    now: number,
    limit: number,
  ): (MessageRow & { expiresAt: number })[] {
    return this.store.all(MESSAGES.expired, this.entity, after.expiresAt, after.id, now, limit);
  }

  nextExpiry(after: { expiresAt: number; id: number }): number | null {
    return this.store.get<{ at: number }>(MESSAGES.nextExpiry, this.entity, after.expiresAt, after.id)?.at ?? null;
  }

  /** Remembers a message ID until `expiresAt`; false when it is remembered already. */
  rememberMessageId(messageId: string, sequenceNumber: number, now: number, expiresAt: number): boolean {
    return this.store.write(DUPLICATES.add, this.entity, messageId, sequenceNumber, expiresAt, now) > 0;
  }

  sequenceNumberOf(messageId: string): number | undefined {
    return this.store.get<{ sequenceNumber: number }>(DUPLICATES.find, this.entity, messageId)?.sequenceNumber;
  }

  /** The session with the oldest available message from a sequence number on, but none of `taken`. */
  nextSession(from: number, taken: readonly string[]): { id: string; sequenceNumber: number } | undefined {
    return this.store.get(SESSIONS.next, this.entity, Math.min(from, Number.MAX_SAFE_INTEGER), JSON.stringify(taken));
  }

  sessionIds(stateSince: number | undefined, skip: number, top: number): string[] {
    const rows =
      stateSince === undefined
        ? this.store.all<{ id: string }>(SESSIONS.withMessages, this.entity, top, skip)
        : this.store.all<{ id: string }>(SESSIONS.withStateSince, this.entity, stateSince, top, skip);
    return rows.map(({ id }) => id);
  }

  sessionState(sessionId: string): Buffer | null {
    const row = this.store.get<{ state: Uint8Array }>(SESSIONS.state, this.entity, sessionId);
    return row ? asBuffer(row.state) : null;
  }

  setSessionState(sessionId: string, state: Buffer | null, now: number): void {
    if (state) this.store.write(SESSIONS.setState, this.entity, sessionId, state, now);
    else this.store.write(SESSIONS.clearState, this.entity, sessionId);
  }

  rules(): { name: string; rule: string }[] {
    return this.store.all(RULES.all, this.entity);
  }

  addRule(name: string, rule: string): boolean {
    return this.store.write(RULES.add, this.entity, name, rule) > 0;
  }

  removeRule(name: string): boolean {
    return this.store.write(RULES.remove, this.entity, name) > 0;
  }

  /** Notes which rules the settings name; when they are others than before, all present rules are dropped. */
  rulesChanged(configured: string): boolean {
    const changed = this.store.write(RULES.configure, configured, this.entity, configured) > 0;
    if (changed) this.store.write(RULES.clear, this.entity);
    return changed;
  }

  #reserve(until: number): void {
    this.store.write(ENTITY.reserve, until, this.entity);
    this.store.checkpoint();
    this.#reservedUntil = until;
  }

  #insert(
    message: IncomingMessage,
    numbers: [sequence: number, enqueuedSequence: number, state: number],
    times: [enqueued: number, scheduled: number | null, expires: number | null],
  ): void {
    const { messageId, sessionId, timeToLive, content } = message;
    this.store.write(MESSAGES.add, this.entity, ...numbers, messageId, sessionId, timeToLive, ...times, content);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function withBuffer(row: StoredMessage): StoredMessage {
  return { ...row, content: asBuffer(row.content) };
}
