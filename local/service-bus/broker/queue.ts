import { Backlog } from './backlog.ts';
import type { Clock } from './clock.ts';
import type { Consumer } from './consumer.ts';
import { DeadLettering, type Graveyard, WITHOUT_SESSION } from './dead-lettering.ts';
import { Deliveries } from './deliveries.ts';
import type { QueueSettings } from './entities.ts';
import { ServiceBusError } from './errors.ts';
import { Expiry } from './expiry.ts';
import { Intake } from './intake.ts';
import { type IncomingMessage, shorterLife, type StoredMessage } from './message.ts';
import type { MessageTable, ScheduledRow } from './message-table.ts';
import { Outlet } from './outlet.ts';
import { Sessions } from './sessions.ts';

/** A queue, a subscription or a dead-letter queue: holds messages and lends them to consumers. */
export class Queue implements Graveyard {
  readonly settings: QueueSettings;
  readonly table: MessageTable;
  /** Undefined where no session is required. */
  readonly sessions: Sessions | undefined;
  /** What consumers hold. */
  readonly deliveries: Deliveries;
  readonly #clock: Clock;
  readonly #deadLettering: DeadLettering;
  readonly #outlet: Outlet;
  readonly #intake: Intake;
  readonly #expiry: Expiry;
  readonly #pumps = new Set<Outlet>();

  /** @param graveyard undefined for a dead-letter queue itself */
  constructor(settings: QueueSettings, table: MessageTable, clock: Clock, graveyard?: Graveyard) {
    this.settings = settings;
    this.table = table;
    this.#clock = clock;
    this.#outlet = new Outlet(new Backlog(table));
    this.#deadLettering = new DeadLettering(settings, table, graveyard);
    const { lockDuration, requiresSession } = settings;
    const giveBack = (id: string) => this.deliveries.giveBackSession(id);
    const offer = (sequenceNumber: number, sessionId: string | null) => this.offer(sequenceNumber, sessionId);
    if (requiresSession) this.sessions = new Sessions({ table, clock, lockDuration, giveBack });
    const { sessions } = this;
    this.deliveries = new Deliveries({ settings, table, clock, sessions, deadLettering: this.#deadLettering, offer });
    this.#expiry = new Expiry(table, clock, (row) => {
      if (!this.deliveries.isLocked(row.sequenceNumber)) this.#deadLettering.expire(row);
    });
    this.#intake = new Intake(settings, table, clock, this);
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
    const expiresAt = this.table.add(message, sequenceNumber, enqueuedSequenceNumber, this.#clock.now());
    if (expiresAt !== null) this.#expiry.added(expiresAt);
    this.offer(sequenceNumber, message.sessionId);
  }

  /** A message that was scheduled gets a new sequence number, as if it had been sent just now. */
  enqueueScheduled({ id, sessionId, timeToLive }: ScheduledRow): void {
    const now = this.#clock.now();
    const sequenceNumber = this.table.newSequenceNumber();
    const expiresAt = timeToLive === null ? null : now + timeToLive;
    this.table.enqueueScheduled(id, sequenceNumber, now, expiresAt);
    if (expiresAt !== null) this.#expiry.added(expiresAt);
    this.offer(sequenceNumber, sessionId);
  }

  /** Takes a copy of a message that came in at a topic. */
  enqueueCopy(message: IncomingMessage, enqueuedSequenceNumber: number): void {
    const timeToLive = shorterLife(message.timeToLive, this.settings.defaultTimeToLive);
    const sequenceNumber = this.table.newSequenceNumber();
    this.enqueue({ ...message, timeToLive }, sequenceNumber, enqueuedSequenceNumber);
    const stored = this.sessions && message.sessionId === null ? this.table.one(sequenceNumber) : undefined;
    if (stored) this.#deadLettering.move(stored, WITHOUT_SESSION);
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

  /** A message became available: newly enqueued, given back, or dead-lettered to here. */
  offer(sequenceNumber: number, sessionId: string | null): void {
    const outlet = this.#outletOf(sessionId);
    outlet?.backlog.offer(sequenceNumber);
    if (outlet) this.#pump(outlet);
    else if (sessionId !== null) this.sessions?.offered(sequenceNumber);
  }

  /** Looks at messages in every state without locking them; at those of one session, or all. */
  peek(fromSequenceNumber: number, limit: number, sessionId: string | null = null): StoredMessage[] {
    this.table.store.commit();
    return this.table.peek(fromSequenceNumber, limit, sessionId);
  }

  close(): void {
    this.deliveries.close();
    this.#intake.close();
    this.table.close();
    this.#expiry.close();
    this.sessions?.close();
  }

  #outletOf(sessionId: string | null): Outlet | undefined {
    return this.sessions ? this.sessions.outlet(sessionId) : this.#outlet;
  }

  /** Deals out after the commit: nobody may see a message that is not durable. */
  #pump(outlet: Outlet): void {
    if (this.#pumps.has(outlet)) return;
    this.#pumps.add(outlet);
    this.table.store.afterCommit(() => {
      this.#pumps.delete(outlet);
      if (outlet.pump((message, consumer) => this.#give(message, consumer))) this.#pump(outlet);
    });
  }

  #give(message: StoredMessage, consumer: Consumer): void {
    if (message.expiresAt !== null && message.expiresAt <= this.#clock.now()) {
      this.#deadLettering.expire(message);
    } else if (consumer.mode === 'receive-and-delete') {
      this.table.remove(message.id);
      this.table.store.afterCommit(() => consumer.deliver(message));
    } else {
      consumer.deliver(this.deliveries.lock(message));
    }
  }
}

function sessionIdMissing(): ServiceBusError {
  return new ServiceBusError(
    'amqp:not-allowed',
    'The SessionId was not set on a message, and it cannot be sent to the entity. Entities that have session support enabled can only receive messages that have the SessionId set to a valid value.',
  );
}
