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
    const demand = this.#consumers.reduce((sum, consumer) => sum + consumer.demand(), 0);
    const wanted = Math.min(demand, MOST_AT_ONCE);
    const messages = wanted > 0 ? this.backlog.take(wanted) : [];
    for (const message of messages) {
      const consumer = this.#next();
      if (consumer) give(message, consumer);
      else this.backlog.offer(message.sequenceNumber);
    }
    if (demand > 0 && messages.length === wanted) return true;
    for (const consumer of [...this.#consumers]) consumer.exhausted();
    return false;
  }

  #next(): Consumer | undefined {
    for (let tried = 0; tried < this.#consumers.length; tried++) {
      this.#turn = (this.#turn + 1) % this.#consumers.length;
      const consumer = this.#consumers[this.#turn];
      if (consumer && consumer.demand() > 0) return consumer;
    }
    return undefined;
  }
}
