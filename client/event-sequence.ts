import type { EventPage, TaskEvent } from '../contracts/task-event.ts';
import { compareCursors } from './cursor.ts';

/**
 * Turns what arrives, in any order, twice or with holes, into each event once and in order. An event whose
 * `previous` has not been seen waits; so does everything before `begin`.
 */
export class EventSequence {
  #cursor: string | undefined;
  #waiting: TaskEvent[] = [];

  /** Cursor of the last event given out. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Events that wait for one before them. */
  get waiting(): readonly TaskEvent[] {
    return this.#waiting;
  }

  /** Sets where the sequence begins and gives what waited and follows on from there. */
  begin(cursor: string): TaskEvent[] {
    this.#cursor = cursor;
    return this.#release();
  }

  /** Takes pushed events and gives those that are now in order. */
  push(events: readonly TaskEvent[]): TaskEvent[] {
    this.#waiting = [...this.#waiting, ...events].sort((a, b) => compareCursors(a.cursor, b.cursor));
    return this.#release();
  }

  /** Takes a page asked for with `cursor`: it is complete, so its events need not follow one another by `previous`. */
  fetched(page: EventPage): TaskEvent[] {
    const fresh = page.events.filter((event) => this.#isNew(event));
    this.#cursor = fresh.at(-1)?.cursor ?? this.#later(page.cursor);
    return [...fresh, ...this.#release()];
  }

  /** Gives these waiting events although something before them is missing: what a complete fetch did not have is gone. */
  giveUpOn(events: readonly TaskEvent[]): TaskEvent[] {
    const last = this.#waiting.filter((event) => events.includes(event)).at(-1);
    if (last === undefined) return [];
    const given = this.#waiting.filter((event) => compareCursors(event.cursor, last.cursor) <= 0);
    this.#cursor = last.cursor;
    return [...given, ...this.#release()];
  }

  #release(): TaskEvent[] {
    if (this.#cursor === undefined) return [];
    const released: TaskEvent[] = [];
    for (const event of this.#waiting) {
      if (!this.#isNew(event)) continue;
      if (event.previous !== undefined && this.#isAfter(event.previous)) break;
      released.push(event);
      this.#cursor = event.cursor;
    }
    this.#waiting = this.#waiting.filter((event) => this.#isNew(event));
    return released;
  }

  #isNew(event: TaskEvent): boolean {
    return this.#isAfter(event.cursor);
  }

  #isAfter(cursor: string): boolean {
    return this.#cursor === undefined || compareCursors(cursor, this.#cursor) > 0;
  }

  #later(cursor: string): string | undefined {
    return this.#isAfter(cursor) ? cursor : this.#cursor;
  }
}
