import { Alarm, type Clock } from './clock.ts';
import { ServiceBusError } from './errors.ts';
import { SCHEDULED } from './message.ts';
import type { MessageTable } from './message-table.ts';

const PAGE = 500;

/** What a scheduled message that became due is offered as. */
export interface Enqueued {
  readonly sequenceNumber: number;
  readonly sessionId: string | null;
  readonly expiresAt: number | null;
}

/** Enqueues an entity's scheduled messages when they are due. */
export class Schedule {
  readonly #table: MessageTable;
  readonly #clock: Clock;
  readonly #enqueued: (message: Enqueued) => void;
  readonly #alarm: Alarm;

  constructor(table: MessageTable, clock: Clock, enqueued: (message: Enqueued) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#enqueued = enqueued;
    this.#alarm = new Alarm(clock, () => this.#ring());
    this.#waitForNext();
  }

  added(at: number): void {
    this.#alarm.setFor(at);
  }

  cancel(sequenceNumbers: readonly number[]): void {
    const messages = sequenceNumbers.map((sequenceNumber) => {
      const message = this.#table.one(sequenceNumber);
      if (message?.state === SCHEDULED) return message;
      throw new ServiceBusError(
        'com.microsoft:message-not-found',
        `There is no scheduled message with sequence number ${sequenceNumber}: it was enqueued, cancelled or never scheduled.`,
      );
    });
    for (const message of messages) this.#table.remove(message.id);
  }

  close(): void {
    this.#alarm.off();
  }

  /** A message that is enqueued gets a new sequence number, as if it had been sent just now. */
  #ring(): void {
    const now = this.#clock.now();
    for (const { id, timeToLive, sessionId } of this.#table.scheduledDue(now, PAGE)) {
      const sequenceNumber = this.#table.newSequenceNumber();
      const expiresAt = timeToLive === null ? null : now + timeToLive;
      this.#table.enqueueScheduled(id, sequenceNumber, now, expiresAt);
      this.#enqueued({ sequenceNumber, sessionId, expiresAt });
    }
    this.#waitForNext();
  }

  #waitForNext(): void {
    const next = this.#table.nextScheduled();
    if (next !== null) this.#alarm.setFor(next);
  }
}
