import { Backlog } from './backlog.ts';
import { Alarm, type Clock } from './clock.ts';
import type { Consumer, ReceiveMode } from './consumer.ts';
import type { QueueSettings } from './entities.ts';
import { messageLockLost, ServiceBusError } from './errors.ts';
import { Expiry } from './expiry.ts';
import { LockTable, type MessageLock, newToken } from './locks.ts';
import {
  ACTIVE,
  type DeadLetterCause,
  type DeliveredMessage,
  DEFERRED,
  type IncomingMessage,
  type StoredMessage,
} from './message.ts';
import type { MessageRow, MessageTable } from './message-table.ts';
import { Outlet } from './outlet.ts';
import { type Enqueued, Schedule } from './schedule.ts';

/** Changes a message's encoded content; only its sender's encoding knows how. */
export type Rewrite = (content: Buffer) => Buffer;

const EXPIRED: DeadLetterCause = {
  reason: 'TTLExpiredException',
  description: 'The message expired and was dead lettered.',
};

/** A queue, a subscription or a dead-letter queue: holds messages and lends them to consumers. */
export class Queue {
  readonly settings: QueueSettings;
  /** Undefined for a dead-letter queue itself. */
  readonly deadLetters: Queue | undefined;
  protected readonly table: MessageTable;
  protected readonly clock: Clock;
  protected readonly locks = new LockTable();
  readonly #outlet: Outlet;
  readonly #schedule: Schedule;
  readonly #expiry: Expiry;
  readonly #lockAlarm: Alarm;
  #pumps = new Set<Outlet>();

  constructor(settings: QueueSettings, table: MessageTable, clock: Clock, deadLetters?: Queue) {
    this.settings = settings;
    this.table = table;
    this.clock = clock;
    this.deadLetters = deadLetters;
    this.#outlet = new Outlet(new Backlog(table));
    this.#lockAlarm = new Alarm(clock, () => this.#endLocks());
    this.#schedule = new Schedule(table, clock, (message) => this.#available(message));
    this.#expiry = new Expiry(table, clock, (row) => {
      if (!this.locks.isLocked(row.sequenceNumber)) this.#expire(row);
    });
  }

  /**
   * Takes messages in, all or none, and returns their sequence numbers; a duplicate is dropped and bears the first one's.
   * Durable after the store's next commit.
   */
  send(messages: readonly IncomingMessage[]): number[] {
    return messages.map((message) => this.#sendOne(message));
  }

  attach(consumer: Consumer): void {
    this.#outlet.add(consumer);
  }

  detach(consumer: Consumer): void {
    this.#outlet.remove(consumer);
  }

  /** A consumer's demand grew, or it wants to know when it is exhausted. */
  wake(consumer: Consumer): void {
    const outlet = this.outletOf(consumer.sessionId);
    if (outlet) this.pump(outlet);
  }

  complete(token: string): void {
    const lock = this.#held(token);
    this.locks.remove(lock);
    this.table.remove(lock.id);
  }

  /** Gives a message back; the attempt counts. */
  abandon(token: string, rewrite?: Rewrite): void {
    const lock = this.#held(token);
    if (rewrite) this.table.rewriteContent(lock.id, rewrite);
    this.giveBack(lock, lock.deliveryCount + 1);
  }

  /** Gives a message back as if it had never been delivered. */
  release(token: string): void {
    const lock = this.#held(token);
    this.giveBack(lock, lock.deliveryCount);
  }

  defer(token: string, rewrite?: Rewrite): void {
    const lock = this.#held(token);
    if (rewrite) this.table.rewriteContent(lock.id, rewrite);
    this.locks.remove(lock);
    this.table.setState(lock.id, DEFERRED);
  }

  deadLetter(token: string, cause: DeadLetterCause, rewrite?: Rewrite): void {
    const lock = this.#held(token);
    if (!this.deadLetters)
      throw new ServiceBusError('amqp:not-allowed', 'A message in a dead-letter queue cannot be dead-lettered.');
    if (rewrite) this.table.rewriteContent(lock.id, rewrite);
    this.locks.remove(lock);
    this.#moveToDeadLetters(lock, cause);
  }

  /** Prolongs a lock by the entity's lock duration; returns when it ends now (ms since 1970). */
  renew(token: string): number {
    const lock = this.#held(token);
    this.locks.renew(lock, this.clock.now() + this.settings.lockDuration);
    return lock.lockedUntil;
  }

  /** Looks at messages in every state without locking them. */
  peek(fromSequenceNumber: number, limit: number): StoredMessage[] {
    this.table.store.commit();
    return this.table.peek(fromSequenceNumber, limit);
  }

  /**
   * Takes deferred messages by their numbers.
   * @throws ServiceBusError message-not-found when one of them is not deferred or is taken already; none is taken then.
   */
  receiveDeferred(sequenceNumbers: readonly number[], mode: ReceiveMode): DeliveredMessage[] {
    const messages = sequenceNumbers.map((sequenceNumber) => this.#deferred(sequenceNumber));
    if (mode === 'peek-lock') {
      const until = this.clock.now() + this.settings.lockDuration;
      return messages.map((message) => ({ ...message, lock: this.lock(message, until) }));
    }
    for (const message of messages) this.table.remove(message.id);
    return messages;
  }

  /** @throws ServiceBusError message-not-found when one of them is not scheduled (any more); none is cancelled then. */
  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#schedule.cancel(sequenceNumbers);
  }

  close(): void {
    this.#lockAlarm.off();
    this.#schedule.close();
    this.#expiry.close();
    this.deadLetters?.close();
  }

  /** Takes in a message that another queue dead-lettered. */
  admit(sequenceNumber: number): void {
    this.#offer(sequenceNumber, null);
  }

  protected outletOf(sessionId: string | null): Outlet | undefined {
    return this.settings.requiresSession && sessionId !== null ? undefined : this.#outlet;
  }

  protected pump(outlet: Outlet): void {
    if (this.#pumps.has(outlet)) return;
    this.#pumps.add(outlet);
    this.table.store.afterCommit(() => {
      this.#pumps.delete(outlet);
      if (outlet.pump((message, consumer) => this.#give(message, consumer))) this.pump(outlet);
    });
  }

  protected giveBack(lock: MessageLock, deliveryCount: number): void {
    this.locks.remove(lock);
    const row = { id: lock.id, sequenceNumber: lock.sequenceNumber, deliveryCount };
    if (deliveryCount >= this.settings.maxDeliveryCount) {
      this.#moveToDeadLetters(row, tooManyDeliveries(deliveryCount));
    } else if (lock.expiresAt !== null && lock.expiresAt <= this.clock.now()) {
      this.#expire(row);
    } else {
      this.table.countDelivery(lock.id, deliveryCount);
      if (lock.state === ACTIVE) this.#offer(lock.sequenceNumber, lock.sessionId);
    }
  }

  protected lock(message: StoredMessage, lockedUntil: number): MessageLock {
    const { id, sequenceNumber, state, deliveryCount, expiresAt, sessionId } = message;
    const lock = { token: newToken(), id, sequenceNumber, state, deliveryCount, expiresAt, sessionId, lockedUntil };
    this.locks.add(lock);
    this.#lockAlarm.setFor(lockedUntil);
    return lock;
  }

  #sendOne(message: IncomingMessage): number {
    const now = this.clock.now();
    const due =
      message.scheduledFor !== null && message.scheduledFor <= now ? { ...message, scheduledFor: null } : message;
    const sequenceNumber = this.table.newSequenceNumber();
    const { duplicateWindow } = this.settings;
    if (
      duplicateWindow !== null &&
      !this.table.rememberMessageId(due.messageId, sequenceNumber, now, now + duplicateWindow)
    ) {
      return this.table.sequenceNumberOf(due.messageId) ?? sequenceNumber;
    }
    const timeToLive = shorter(due.timeToLive, this.settings.defaultTimeToLive);
    this.table.add(sequenceNumber, due, now, timeToLive);
    if (due.scheduledFor !== null) this.#schedule.added(due.scheduledFor);
    else
      this.#available({
        sequenceNumber,
        sessionId: due.sessionId,
        expiresAt: timeToLive === null ? null : now + timeToLive,
      });
    return sequenceNumber;
  }

  #available({ sequenceNumber, sessionId, expiresAt }: Enqueued): void {
    if (expiresAt !== null) this.#expiry.added(expiresAt);
    this.#offer(sequenceNumber, sessionId);
  }

  #offer(sequenceNumber: number, sessionId: string | null): void {
    const outlet = this.outletOf(sessionId);
    outlet?.backlog.offer(sequenceNumber);
    if (outlet) this.pump(outlet);
  }

  #deferred(sequenceNumber: number): StoredMessage {
    const message = this.table.one(sequenceNumber);
    if (message?.state === DEFERRED && !this.locks.isLocked(sequenceNumber)) return message;
    throw new ServiceBusError(
      'com.microsoft:message-not-found',
      `There is no deferred message with sequence number ${sequenceNumber} that could be received.`,
    );
  }

  #give(message: StoredMessage, consumer: Consumer): void {
    const now = this.clock.now();
    if (message.expiresAt !== null && message.expiresAt <= now) {
      this.#expire(message);
    } else if (consumer.mode === 'receive-and-delete') {
      this.table.remove(message.id);
      this.table.store.afterCommit(() => consumer.deliver(message));
    } else {
      const lock = this.lock(message, now + this.settings.lockDuration);
      consumer.deliver({ ...message, lock });
    }
  }

  #held(token: string): MessageLock {
    const lock = this.locks.get(token);
    if (!lock || lock.lockedUntil <= this.clock.now()) throw messageLockLost();
    return lock;
  }

  #endLocks(): void {
    const now = this.clock.now();
    let lock = this.locks.first();
    while (lock && lock.lockedUntil <= now) {
      this.giveBack(lock, lock.deliveryCount + 1);
      lock = this.locks.first();
    }
    if (lock) this.#lockAlarm.setFor(lock.lockedUntil);
  }

  #expire(row: MessageRow): void {
    if (this.settings.deadLetterOnExpiration && this.deadLetters) this.#moveToDeadLetters(row, EXPIRED);
    else this.table.remove(row.id);
  }

  #moveToDeadLetters(row: MessageRow, cause: DeadLetterCause): void {
    if (!this.deadLetters) return;
    this.table.deadLetter(row, this.deadLetters.table, this.settings.path, cause);
    this.deadLetters.admit(row.sequenceNumber);
  }
}

function shorter(first: number | null, second: number | null): number | null {
  if (first === null || second === null) return first ?? second;
  return Math.min(first, second);
}

function tooManyDeliveries(deliveryCount: number): DeadLetterCause {
  return {
    reason: 'MaxDeliveryCountExceeded',
    description: `Message could not be consumed after ${deliveryCount} delivery attempts.`,
  };
}
