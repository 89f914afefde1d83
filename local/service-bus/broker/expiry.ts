import { Alarm, type Clock } from './clock.ts';
import type { MessageRow, MessageTable } from './message-table.ts';

const PAGE = 500;

/** Finds the messages of one entity whose time to live has run out. */
export class Expiry {
  readonly #table: MessageTable;
  readonly #clock: Clock;
  readonly #expired: (row: MessageRow) => void;
  readonly #alarm: Alarm;
  /** The last message looked at; what is locked at that moment is left to the end of its lock. */
  #last = { expiresAt: 0, id: 0 };

  constructor(table: MessageTable, clock: Clock, expired: (row: MessageRow) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#expired = expired;
    this.#alarm = new Alarm(clock, () => this.#ring());
    this.#waitForNext();
  }

  added(at: number): void {
    this.#alarm.setFor(at);
  }

  close(): void {
    this.#alarm.off();
  }

  #ring(): void {
    const rows = this.#table.expired(this.#last, this.#clock.now(), PAGE);
    this.#last = rows.at(-1) ?? this.#last;
    for (const row of rows) this.#expired(row);
    this.#waitForNext();
  }

  #waitForNext(): void {
    const next = this.#table.nextExpiry(this.#last);
    if (next !== null) this.#alarm.setFor(next);
  }
}
