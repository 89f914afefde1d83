import type { EventPage, TaskEvent } from '../contracts/task-event.ts';
import { compareCursors } from './cursor.ts';

/**
 * Turns what arrives, in any order, twice or with holes, into each event once. An owner's events come out in order:
 * one whose `previous` has not been seen waits. Those of different owners, which an operator sees together, are not
 * held up by one another; so a pushed event says nothing about other owners' earlier ones, and only a fetch moves `settled`.
 */
export class EventSequence {
  #settled: string | undefined;
  #seen = new Set<string>();
  #waiting: TaskEvent[] = [];

  /** Every event up to this cursor has been given out: fetch from here. Undefined before `begin`. */
  get settled(): string | undefined {
    return this.#settled;
  }

  /** True while an event waits for one before it. */
  get hasGap(): boolean {
    return this.#waiting.length > 0;
  }

  /** Sets where the events begin, and gives those that came before it was known. */
  begin(cursor: string): TaskEvent[] {
    this.#settle(cursor);
    return this.#release();
  }

  /** Takes pushed events and gives those whose turn it is. */
  push(events: readonly TaskEvent[]): TaskEvent[] {
    const fresh = events.filter((event) => !this.#waiting.some(({ cursor }) => cursor === event.cursor));
    this.#waiting = [...this.#waiting, ...fresh].sort((a, b) => compareCursors(a.cursor, b.cursor));
    return this.#release();
  }

  /** Takes a page that was asked for with `settled`. It is complete, so its order is the order. */
  fetched(page: EventPage): TaskEvent[] {
    const fresh = page.events.filter((event) => !this.#isSeen(event.cursor));
    this.#settle(page.cursor);
    return [...fresh, ...this.#release()];
  }

  #release(): TaskEvent[] {
    if (this.#settled === undefined) return [];
    const released: TaskEvent[] = [];
    const waiting: TaskEvent[] = [];
    // Sorted, so an event's `previous` is looked at before the event.
    for (const event of this.#waiting) {
      if (this.#isSeen(event.cursor)) continue;
      if (event.previous !== undefined && !this.#isSeen(event.previous)) {
        waiting.push(event);
        continue;
      }
      this.#seen.add(event.cursor);
      released.push(event);
    }
    this.#waiting = waiting;
    return released;
  }

  #isSeen(cursor: string): boolean {
    return this.#seen.has(cursor) || (this.#settled !== undefined && compareCursors(cursor, this.#settled) <= 0);
  }

  #settle(cursor: string): void {
    if (this.#settled !== undefined && compareCursors(cursor, this.#settled) <= 0) return;
    this.#settled = cursor;
    for (const seen of this.#seen) if (compareCursors(seen, cursor) <= 0) this.#seen.delete(seen);
  }
}
