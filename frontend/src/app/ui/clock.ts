import { Injectable, signal, type Signal } from '@angular/core';

/** The time, for all that shows ages: one timer for the whole page. */
@Injectable({ providedIn: 'root' })
export class Clock {
  readonly #now = signal(Date.now());

  constructor() {
    setInterval(() => this.#now.set(Date.now()), 1000);
  }

  /** Milliseconds since 1970, moving every second. */
  get now(): Signal<number> {
    return this.#now;
  }
}
