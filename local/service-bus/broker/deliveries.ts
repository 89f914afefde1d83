import { Alarm, type Clock } from './clock.ts';
import type { ReceiveMode } from './consumer.ts';
import { type DeadLettering, tooManyDeliveries } from './dead-lettering.ts';
import type { QueueSettings } from './entities.ts';
import { messageLockLost, ServiceBusError } from './errors.ts';
import { LockTable, type MessageLock, newToken } from './locks.ts';
import { ACTIVE, type DeadLetterCause, DEFERRED, type DeliveredMessage, type StoredMessage } from './message.ts';
import type { MessageTable } from './message-table.ts';
import { sessionLockLost, type Sessions } from './sessions.ts';

/** Changes a message's encoded content; only its sender's encoding knows how. */
export type Rewrite = (content: Buffer) => Buffer;

export interface DeliveryOptions {
  readonly settings: QueueSettings;
  readonly table: MessageTable;
  readonly clock: Clock;
  /** Undefined where no session is required. */
  readonly sessions: Sessions | undefined;
  readonly deadLettering: DeadLettering;
  /** A message is available again. */
  readonly offer: (sequenceNumber: number, sessionId: string | null) => void;
}

/** The messages of a queue that consumers hold, and how they are settled: by the token of their lock. */
export class Deliveries {
  readonly #options: DeliveryOptions;
  readonly #locks = new LockTable();
  readonly #alarm: Alarm;
  #completionsToLose = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#alarm = new Alarm(options.clock, () => this.#endLocks());
  }

  /** Lends a message to a consumer; one of a session is locked for as long as the session is. */
  lock(message: StoredMessage): DeliveredMessage {
    const { sessions, settings, clock } = this.#options;
    const session = sessions?.held(message.sessionId);
    const { id, sequenceNumber, state, deliveryCount, expiresAt, sessionId } = message;
    const lockedUntil = session ? Infinity : clock.now() + settings.lockDuration;
    const lock = { token: newToken(), id, sequenceNumber, state, deliveryCount, expiresAt, sessionId, lockedUntil };
    this.#locks.add(lock);
    if (!session) this.#alarm.setFor(lockedUntil);
    return { ...message, lock: { token: lock.token, lockedUntil: session?.lockedUntil ?? lockedUntil } };
  }

  isLocked(sequenceNumber: number): boolean {
    return this.#locks.isLocked(sequenceNumber);
  }

  complete(token: string): void {
    const lock = this.#held(token);
    if (this.#completionsToLose > 0) {
      this.#completionsToLose--;
      return this.#giveBack(lock, this.#counted(lock));
    }
    this.#locks.remove(lock);
    this.#options.table.remove(lock.id);
  }

  /** Gives a message back; the attempt counts, but not in a dead-letter queue. */
  abandon(token: string, rewrite?: Rewrite): void {
    const lock = this.#held(token, rewrite);
    this.#giveBack(lock, this.#counted(lock));
  }

  /** Gives a message back as if it had never been delivered. */
  release(token: string): void {
    const lock = this.#held(token);
    this.#giveBack(lock, lock.deliveryCount);
  }

  /** Keeps a message for who asks by its number; counts like `abandon`. */
  defer(token: string, rewrite?: Rewrite): void {
    const { table, deadLettering } = this.#options;
    const lock = this.#held(token, rewrite);
    this.#locks.remove(lock);
    if (this.#hasExpired(lock)) deadLettering.expire(lock);
    else table.defer(lock.id, this.#counted(lock));
  }

  /** @throws ServiceBusError amqp:not-allowed in a dead-letter queue */
  deadLetter(token: string, cause: DeadLetterCause, rewrite?: Rewrite): void {
    const { deadLettering } = this.#options;
    if (!deadLettering.hasGraveyard)
      throw new ServiceBusError('amqp:not-allowed', 'A message in a dead-letter queue cannot be dead-lettered.');
    const lock = this.#held(token, rewrite);
    this.#locks.remove(lock);
    deadLettering.move(lock, cause);
  }

  /** Prolongs a lock by the entity's lock duration; returns when it ends now (ms since 1970). */
  renew(token: string): number {
    const { sessions, settings, clock } = this.#options;
    const lock = this.#held(token);
    if (sessions)
      throw new ServiceBusError(
        'amqp:not-allowed',
        'Messages of a session have no lock of their own: renew the session.',
      );
    this.#locks.renew(lock, clock.now() + settings.lockDuration);
    return lock.lockedUntil;
  }

  /**
   * Takes deferred messages by their numbers.
   * @throws ServiceBusError message-not-found when one of them is not deferred or is taken already, or session-lock-lost; none is
   * taken then.
   */
  receiveDeferred(sequenceNumbers: readonly number[], mode: ReceiveMode): DeliveredMessage[] {
    const messages = sequenceNumbers.map((sequenceNumber) => this.#deferred(sequenceNumber));
    for (const { sessionId } of messages) this.#options.sessions?.held(sessionId);
    if (mode === 'peek-lock') return messages.map((message) => this.lock(message));
    for (const message of messages) this.#options.table.remove(message.id);
    return messages;
  }

  /** The holder of a session is gone. */
  giveBackSession(sessionId: string): void {
    for (const lock of this.#locks.ofSession(sessionId)) this.#giveBack(lock, this.#counted(lock));
  }

  /** A fault: locks end before their time, all or those of one message (of a session: with the session's). Returns how many. */
  loseLocks(messageId?: string): number {
    const { table, sessions } = this.#options;
    const locks = this.#locks.all().filter(({ sequenceNumber }) => {
      return messageId === undefined || table.one(sequenceNumber)?.messageId === messageId;
    });
    if (sessions) sessions.loseLocks(messageId === undefined ? undefined : locks.map(({ sessionId }) => sessionId));
    else for (const lock of locks) this.#giveBack(lock, this.#counted(lock));
    return locks.length;
  }

  /** A fault: the next `times` messages to be completed are delivered once more, as when the completion got lost. */
  loseCompletions(times: number): void {
    this.#completionsToLose = times;
  }

  close(): void {
    this.#alarm.off();
  }

  #held(token: string, rewrite?: Rewrite): MessageLock {
    const { clock, sessions, table } = this.#options;
    const lock = this.#locks.get(token);
    if (!lock || lock.lockedUntil <= clock.now())
      throw sessions ? sessionLockLost(lock?.sessionId ?? null) : messageLockLost();
    if (rewrite) table.rewriteContent(lock.id, rewrite);
    return lock;
  }

  #deferred(sequenceNumber: number): StoredMessage {
    const message = this.#options.table.one(sequenceNumber);
    if (message?.state === DEFERRED && !this.#locks.isLocked(sequenceNumber)) return message;
    throw new ServiceBusError(
      'com.microsoft:message-not-found',
      `There is no deferred message with sequence number ${sequenceNumber} that could be received.`,
    );
  }

  /** The delivery count once this delivery has ended without success. */
  #counted({ deliveryCount }: MessageLock): number {
    return this.#options.deadLettering.hasGraveyard ? deliveryCount + 1 : deliveryCount;
  }

  #giveBack(lock: MessageLock, deliveryCount: number): void {
    const { settings, table, deadLettering, offer } = this.#options;
    this.#locks.remove(lock);
    const row = { id: lock.id, sequenceNumber: lock.sequenceNumber, deliveryCount };
    if (deliveryCount >= settings.maxDeliveryCount) {
      deadLettering.move(row, tooManyDeliveries(deliveryCount));
    } else if (this.#hasExpired(lock)) {
      deadLettering.expire(row);
    } else {
      table.countDelivery(lock.id, deliveryCount);
      if (lock.state === ACTIVE) offer(lock.sequenceNumber, lock.sessionId);
    }
  }

  #endLocks(): void {
    const now = this.#options.clock.now();
    let lock = this.#locks.first();
    while (lock && lock.lockedUntil <= now) {
      this.#giveBack(lock, this.#counted(lock));
      lock = this.#locks.first();
    }
    if (lock) this.#alarm.setFor(lock.lockedUntil);
  }

  #hasExpired({ expiresAt }: MessageLock): boolean {
    return expiresAt !== null && expiresAt <= this.#options.clock.now();
  }
}
