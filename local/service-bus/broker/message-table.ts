import type { BacklogSource } from './backlog.ts';
import { ACTIVE, type DeadLetterCause, type IncomingMessage, SCHEDULED, type StoredMessage } from './message.ts';
import { DUPLICATES, ENTITY, MESSAGES } from './sql.ts';
import type { Store } from './store.ts';

/** A message's row without its content, for what happens to it in passing. */
export interface MessageRow {
  readonly id: number;
  readonly sequenceNumber: number;
  readonly deliveryCount: number;
}

/** The rows of one entity, and its sequence numbers. */
export class MessageTable implements BacklogSource {
  readonly entity: number;
  readonly store: Store;
  #nextSequenceNumber: number;
  readonly #saveSequence = () => this.store.write(ENTITY.saveSequence, this.#nextSequenceNumber, this.entity);

  /** Entity names are not case-sensitive. */
  constructor(store: Store, path: string) {
    const key = path.toLowerCase();
    store.write(ENTITY.add, key);
    const row = store.get<{ id: number; nextSequenceNumber: number }>(ENTITY.find, key);
    if (!row) throw new Error(`The Service Bus data file has lost its entry for ${path}.`);
    this.store = store;
    this.entity = row.id;
    this.#nextSequenceNumber = row.nextSequenceNumber;
  }

  /** A number never given before; saved in the same transaction as what bears it. */
  newSequenceNumber(): number {
    this.store.beforeCommit(this.#saveSequence);
    return this.#nextSequenceNumber++;
  }

  /** Stores a message under `sequenceNumber`; one that is scheduled starts to live when it is enqueued. */
  add(sequenceNumber: number, message: IncomingMessage, now: number, timeToLive: number | null): void {
    const scheduled = message.scheduledFor !== null;
    this.store.write(
      MESSAGES.add,
      this.entity,
      sequenceNumber,
      sequenceNumber,
      scheduled ? SCHEDULED : ACTIVE,
      message.messageId,
      message.sessionId,
      now,
      message.scheduledFor,
      timeToLive,
      scheduled || timeToLive === null ? null : now + timeToLive,
      message.content,
    );
  }

  remove(id: number): void {
    this.store.write(MESSAGES.remove, id);
  }

  one(sequenceNumber: number): StoredMessage | undefined {
    const row = this.store.get<StoredMessage>(MESSAGES.one, this.entity, sequenceNumber);
    return row && withBuffer(row);
  }

  above(sequenceNumber: number, limit: number): StoredMessage[] {
    return this.store.all<StoredMessage>(MESSAGES.activeAbove, this.entity, sequenceNumber, limit).map(withBuffer);
  }

  /** Messages in every state from `sequenceNumber` on. */
  peek(sequenceNumber: number, limit: number): StoredMessage[] {
    return this.store.all<StoredMessage>(MESSAGES.peek, this.entity, sequenceNumber, limit).map(withBuffer);
  }

  countDelivery(id: number, deliveryCount: number): void {
    this.store.write(MESSAGES.countDelivery, deliveryCount, id);
  }

  setState(id: number, state: number): void {
    this.store.write(MESSAGES.setState, state, id);
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

  scheduledDue(now: number, limit: number): { id: number; sessionId: string | null; timeToLive: number | null }[] {
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
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function withBuffer(row: StoredMessage): StoredMessage {
  return { ...row, content: asBuffer(row.content) };
}
