import { Alarm, type Clock } from './clock.ts';
import { ServiceBusError } from './errors.ts';
import { SCHEDULED } from './message.ts';
import type { MessageTable, ScheduledRow } from './message-table.ts';

const PAGE = 500;

/** Holds an entity's scheduled messages back until they are due. */
export class Schedule {
  readonly #table: MessageTable;
  readonly #clock: Clock;
  readonly #due: (row: ScheduledRow) => void;
  readonly #alarm: Alarm;

  /** @param due must take the message out of the schedule */
  constructor(table: MessageTable, clock: Clock, due: (row: ScheduledRow) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#due = due;
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

  #ring(): void {
    for (const row of this.#table.scheduledDue(this.#clock.now(), PAGE)) this.#due(row);
    this.#waitForNext();
  }

  #waitForNext(): void {
    const next = this.#table.nextScheduled();
    if (next !== null) this.#alarm.setFor(next);
  }
}
