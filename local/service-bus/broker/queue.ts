import { Backlog } from './backlog.ts';
import { Alarm, type Clock } from './clock.ts';
import type { Consumer, ReceiveMode } from './consumer.ts';
import type { QueueSettings } from './entities.ts';
import { messageLockLost, ServiceBusError } from './errors.ts';
import { Expiry } from './expiry.ts';
import { Intake } from './intake.ts';
import { LockTable, type MessageLock, newToken } from './locks.ts';
import {
  ACTIVE,
  type DeadLetterCause,
  DEFERRED,
  type DeliveredMessage,
  type IncomingMessage,
  shorterLife,
  type StoredMessage,
} from './message.ts';
import type { MessageRow, MessageTable, ScheduledRow } from './message-table.ts';
import { Outlet } from './outlet.ts';
import { sessionLockLost, Sessions } from './sessions.ts';

/** Changes a message's encoded content; only its sender's encoding knows how. */
export type Rewrite = (content: Buffer) => Buffer;

const EXPIRED: DeadLetterCause = {
  reason: 'TTLExpiredException',
  description: 'The message expired and was dead lettered.',
};

const WITHOUT_SESSION: DeadLetterCause = {
  reason: 'Session ID is null',
  description: "Session enabled entity doesn't allow a message whose session identifier is null.",
};

/** A queue, a subscription or a dead-letter queue: holds messages and lends them to consumers. */
export class Queue {
  readonly settings: QueueSettings;
  /** Undefined where no session is required. */
  readonly sessions: Sessions | undefined;
  readonly #deadLetters: Queue | undefined;
  readonly #table: MessageTable;
  readonly #clock: Clock;
  readonly #locks = new LockTable();
  readonly #outlet: Outlet;
  readonly #intake: Intake;
  readonly #expiry: Expiry;
  readonly #lockAlarm: Alarm;
  readonly #pumps = new Set<Outlet>();
  #completionsToLose = 0;

  /** @param deadLetters undefined for a dead-letter queue itself */
  constructor(settings: QueueSettings, table: MessageTable, clock: Clock, deadLetters?: Queue) {
    this.settings = settings;
    this.#table = table;
    this.#clock = clock;
    this.#deadLetters = deadLetters;
    this.#outlet = new Outlet(new Backlog(table));
    this.#lockAlarm = new Alarm(clock, () => this.#endLocks());
    this.#expiry = new Expiry(table, clock, (row) => {
      if (!this.#locks.isLocked(row.sequenceNumber)) this.#expire(row);
    });
    this.#intake = new Intake(settings, table, clock, this);
    const { lockDuration, requiresSession } = settings;
    if (requiresSession)
      this.sessions = new Sessions({ table, clock, lockDuration, giveBack: (id) => this.#giveBackSession(id) });
  }

  /** Takes messages in, all or none; see `Intake.send`. @throws ServiceBusError amqp:not-allowed when a session is missing */
  send(messages: readonly IncomingMessage[]): number[] {
    if (this.sessions && messages.some(({ sessionId }) => sessionId === null)) throw sessionIdMissing();
    return this.#intake.send(messages);
  }

  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#intake.cancelScheduled(sequenceNumbers);
  }

  enqueue(message: IncomingMessage, sequenceNumber: number, enqueuedSequenceNumber = sequenceNumber): void {
    const expiresAt = this.#table.add(message, sequenceNumber, enqueuedSequenceNumber, this.#clock.now());
    if (expiresAt !== null) this.#expiry.added(expiresAt);
    this.#offer(sequenceNumber, message.sessionId);
  }

  /** A message that was scheduled gets a new sequence number, as if it had been sent just now. */
  enqueueScheduled({ id, sessionId, timeToLive }: ScheduledRow): void {
    const now = this.#clock.now();
    const sequenceNumber = this.#table.newSequenceNumber();
    const expiresAt = timeToLive === null ? null : now + timeToLive;
    this.#table.enqueueScheduled(id, sequenceNumber, now, expiresAt);
    if (expiresAt !== null) this.#expiry.added(expiresAt);
    this.#offer(sequenceNumber, sessionId);
  }

  /** Takes a copy of a message that came in at a topic. */
  enqueueCopy(message: IncomingMessage, enqueuedSequenceNumber: number): void {
    const timeToLive = shorterLife(message.timeToLive, this.settings.defaultTimeToLive);
    const sequenceNumber = this.#table.newSequenceNumber();
    this.enqueue({ ...message, timeToLive }, sequenceNumber, enqueuedSequenceNumber);
    const stored = this.sessions && message.sessionId === null ? this.#table.one(sequenceNumber) : undefined;
    if (stored) this.#moveToDeadLetters(stored, WITHOUT_SESSION);
  }

  attach(consumer: Consumer): void {
    this.#outletOf(consumer.sessionId)?.add(consumer);
  }

  detach(consumer: Consumer): void {
    this.#outletOf(consumer.sessionId)?.remove(consumer);
  }

  /** A consumer's demand grew, or it wants to know when it is exhausted. */
  wake(consumer: Consumer): void {
    const outlet = this.#outletOf(consumer.sessionId);
    if (outlet) this.#pump(outlet);
  }

  complete(token: string): void {
    const lock = this.#held(token);
    if (this.#completionsToLose > 0) {
      this.#completionsToLose--;
      return this.#giveBack(lock, this.#counted(lock));
    }
    this.#locks.remove(lock);
    this.#table.remove(lock.id);
  }

  /** Gives a message back; the attempt counts, but not in a dead-letter queue. */
  abandon(token: string, rewrite?: Rewrite): void {
    const lock = this.#held(token);
    if (rewrite) this.#table.rewriteContent(lock.id, rewrite);
    this.#giveBack(lock, this.#counted(lock));
  }

  /** Gives a message back as if it had never been delivered. */
  release(token: string): void {
    const lock = this.#held(token);
    this.#giveBack(lock, lock.deliveryCount);
  }

  /** Keeps a message for who asks by its number; counts like `abandon`. */
  defer(token: string, rewrite?: Rewrite): void {
    const lock = this.#held(token);
    if (rewrite) this.#table.rewriteContent(lock.id, rewrite);
    this.#locks.remove(lock);
    if (this.#hasExpired(lock)) this.#expire(lock);
    else this.#table.defer(lock.id, this.#counted(lock));
  }

  deadLetter(token: string, cause: DeadLetterCause, rewrite?: Rewrite): void {
    const lock = this.#held(token);
    if (!this.#deadLetters)
      throw new ServiceBusError('amqp:not-allowed', 'A message in a dead-letter queue cannot be dead-lettered.');
    if (rewrite) this.#table.rewriteContent(lock.id, rewrite);
    this.#locks.remove(lock);
    this.#moveToDeadLetters(lock, cause);
  }

  /** Prolongs a lock by the entity's lock duration; returns when it ends now (ms since 1970). */
  renew(token: string): number {
    const lock = this.#held(token);
    if (this.sessions)
      throw new ServiceBusError(
        'amqp:not-allowed',
        'Messages of a session have no lock of their own: renew the session.',
      );
    this.#locks.renew(lock, this.#clock.now() + this.settings.lockDuration);
    return lock.lockedUntil;
  }

  /** Looks at messages in every state without locking them; at those of one session, or all. */
  peek(fromSequenceNumber: number, limit: number, sessionId: string | null = null): StoredMessage[] {
    this.#table.store.commit();
    return this.#table.peek(fromSequenceNumber, limit, sessionId);
  }

  /**
   * Takes deferred messages by their numbers.
   * @throws ServiceBusError message-not-found when one of them is not deferred or is taken already, or session-lock-lost; none is
   * taken then.
   */
  receiveDeferred(sequenceNumbers: readonly number[], mode: ReceiveMode): DeliveredMessage[] {
    const messages = sequenceNumbers.map((sequenceNumber) => this.#deferred(sequenceNumber));
    for (const { sessionId } of messages) this.sessions?.held(sessionId);
    if (mode === 'peek-lock') return messages.map((message) => this.#lock(message));
    for (const message of messages) this.#table.remove(message.id);
    return messages;
  }

  /** A fault: locks end before their time, all or those of one message (of a session: with the session's). Returns how many. */
  loseLocks(messageId?: string): number {
    const locks = this.#locks.all().filter(({ sequenceNumber }) => {
      return messageId === undefined || this.#table.one(sequenceNumber)?.messageId === messageId;
    });
    if (this.sessions)
      this.sessions.loseLocks(messageId === undefined ? undefined : locks.map(({ sessionId }) => sessionId));
    else for (const lock of locks) this.#giveBack(lock, this.#counted(lock));
    return locks.length;
  }

  /** A fault: the next `times` messages to be completed are delivered once more, as when the completion got lost. */
  loseCompletions(times: number): void {
    this.#completionsToLose = times;
  }

  close(): void {
    this.#lockAlarm.off();
    this.#intake.close();
    this.#table.close();
    this.#expiry.close();
    this.sessions?.close();
  }

  #outletOf(sessionId: string | null): Outlet | undefined {
    return this.sessions ? this.sessions.outlet(sessionId) : this.#outlet;
  }

  #offer(sequenceNumber: number, sessionId: string | null): void {
    const outlet = this.#outletOf(sessionId);
    outlet?.backlog.offer(sequenceNumber);
    if (outlet) this.#pump(outlet);
    else if (sessionId !== null) this.sessions?.offered(sequenceNumber);
  }

  /** Deals out after the commit: nobody may see a message that is not durable. */
  #pump(outlet: Outlet): void {
    if (this.#pumps.has(outlet)) return;
    this.#pumps.add(outlet);
    this.#table.store.afterCommit(() => {
      this.#pumps.delete(outlet);
      if (outlet.pump((message, consumer) => this.#give(message, consumer))) this.#pump(outlet);
    });
  }

  #give(message: StoredMessage, consumer: Consumer): void {
    if (this.#hasExpired(message)) {
      this.#expire(message);
    } else if (consumer.mode === 'receive-and-delete') {
      this.#table.remove(message.id);
      this.#table.store.afterCommit(() => consumer.deliver(message));
    } else {
      consumer.deliver(this.#lock(message));
    }
  }

  /** A message of a session is locked for as long as the session is. */
  #lock(message: StoredMessage): DeliveredMessage {
    const session = this.sessions?.held(message.sessionId);
    const { id, sequenceNumber, state, deliveryCount, expiresAt, sessionId } = message;
    const lockedUntil = session ? Infinity : this.#clock.now() + this.settings.lockDuration;
    const lock = { token: newToken(), id, sequenceNumber, state, deliveryCount, expiresAt, sessionId, lockedUntil };
    this.#locks.add(lock);
    if (!session) this.#lockAlarm.setFor(lockedUntil);
    return { ...message, lock: { token: lock.token, lockedUntil: session?.lockedUntil ?? lockedUntil } };
  }

  #held(token: string): MessageLock {
    const lock = this.#locks.get(token);
    if (lock && lock.lockedUntil > this.#clock.now()) return lock;
    throw this.sessions ? sessionLockLost(lock?.sessionId ?? null) : messageLockLost();
  }

  #deferred(sequenceNumber: number): StoredMessage {
    const message = this.#table.one(sequenceNumber);
    if (message?.state === DEFERRED && !this.#locks.isLocked(sequenceNumber)) return message;
    throw new ServiceBusError(
      'com.microsoft:message-not-found',
      `There is no deferred message with sequence number ${sequenceNumber} that could be received.`,
    );
  }

  /** The delivery count once this delivery has ended without success. */
  #counted({ deliveryCount }: MessageLock): number {
    return this.#deadLetters ? deliveryCount + 1 : deliveryCount;
  }

  #giveBack(lock: MessageLock, deliveryCount: number): void {
    this.#locks.remove(lock);
    const row = { id: lock.id, sequenceNumber: lock.sequenceNumber, deliveryCount };
    if (deliveryCount >= this.settings.maxDeliveryCount) {
      this.#moveToDeadLetters(row, tooManyDeliveries(deliveryCount));
    } else if (this.#hasExpired(lock)) {
      this.#expire(row);
    } else {
      this.#table.countDelivery(lock.id, deliveryCount);
      if (lock.state === ACTIVE) this.#offer(lock.sequenceNumber, lock.sessionId);
    }
  }

  #giveBackSession(sessionId: string): void {
    for (const lock of this.#locks.ofSession(sessionId)) this.#giveBack(lock, this.#counted(lock));
  }

  #endLocks(): void {
    const now = this.#clock.now();
    let lock = this.#locks.first();
    while (lock && lock.lockedUntil <= now) {
      this.#giveBack(lock, this.#counted(lock));
      lock = this.#locks.first();
    }
    if (lock) this.#lockAlarm.setFor(lock.lockedUntil);
  }

  #hasExpired({ expiresAt }: { expiresAt: number | null }): boolean {
    return expiresAt !== null && expiresAt <= this.#clock.now();
  }

  #expire(row: MessageRow): void {
    if (this.settings.deadLetterOnExpiration && this.#deadLetters) this.#moveToDeadLetters(row, EXPIRED);
    else this.#table.remove(row.id);
  }

  #moveToDeadLetters(row: MessageRow, cause: DeadLetterCause): void {
    if (!this.#deadLetters) return;
    this.#table.deadLetter(row, this.#deadLetters.#table, this.settings.path, cause);
    this.#deadLetters.#offer(row.sequenceNumber, null);
  }
}

function sessionIdMissing(): ServiceBusError {
  return new ServiceBusError(
    'amqp:not-allowed',
    'The SessionId was not set on a message, and it cannot be sent to the entity. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.',
  );
}

function tooManyDeliveries(deliveryCount: number): DeadLetterCause {
  return {
    reason: 'MaxDeliveryCountExceeded',
    description: `Message could not be consumed after ${deliveryCount} delivery attempts.`,
  };
}
