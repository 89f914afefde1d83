import type { Clock } from '../../local/service-bus/broker/clock.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #now = Date.UTC(2030, 0, 1);
  readonly #timers = new Map<object, { at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    const key = {};
    this.#timers.set(key, { at: this.#now + milliseconds, run });
    return () => void this.#timers.delete(key);
  }

  /** Moves time on, calling what falls due in between at its own time and in order. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      const [key, { at, run }] = next;
      this.#timers.delete(key);
      this.#now = Math.max(this.#now, at);
      run();
    }
    this.#now = end;
  }

  #next(end: number) {
    const due = [...this.#timers].filter(([, { at }]) => at <= end);
    return due.sort(([, a], [, b]) => a.at - b.at)[0];
  }
}
