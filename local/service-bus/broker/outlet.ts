import type { Backlog } from './backlog.ts';
import type { Consumer } from './consumer.ts';
import type { StoredMessage } from './message.ts';

/** Bounds how long one queue keeps the event loop to itself. */
const MOST_AT_ONCE = 128;

/** Deals a backlog out to consumers in turn, so that none starves behind another's large demand. */
export class Outlet {
  readonly backlog: Backlog;
  readonly #consumers: Consumer[] = [];
  #turn = 0;

  constructor(backlog: Backlog) {
    this.backlog = backlog;
  }

  add(consumer: Consumer): void {
    this.#consumers.push(consumer);
  }

  remove(consumer: Consumer): void {
    const at = this.#consumers.indexOf(consumer);
    if (at >= 0) this.#consumers.splice(at, 1);
  }

  /**
   * Hands messages to `give` until nothing is available or nobody wants more, at most a bounded number.
   * @returns true when there may be more to deal out at once.
   */
  pump(give: (message: StoredMessage, consumer: Consumer) => void): boolean {
    const places = this.#consumers.map((consumer) => ({ consumer, free: consumer.demand() }));
    const demand = places.reduce((sum, { free }) => sum + free, 0);
    const wanted = Math.min(demand, MOST_AT_ONCE);
    const messages = wanted > 0 ? this.backlog.take(wanted) : [];
    for (const message of messages) {
      do this.#turn = (this.#turn + 1) % places.length;
      while (places[this.#turn]?.free === 0);
      const place = places[this.#turn];
      if (!place) throw new Error('More messages were taken than anyone asked for.');
      place.free--;
      give(message, place.consumer);
    }
    if (demand > 0 && messages.length === wanted) return true;
    for (const { consumer } of places) consumer.exhausted();
    return false;
  }
}
