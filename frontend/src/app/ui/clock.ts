import { inject, Injectable, signal, type Signal } from '@angular/core';
import { Tasks } from '../live/tasks.ts';

/** The server's time, for all that shows ages: one timer for the whole page. */
@Injectable({ providedIn: 'root' })
export class Clock {
  readonly #server = inject(Tasks).client.clock;
  readonly #now = signal(this.#server.now());

  constructor() {
    setInterval(() => this.#now.set(this.#server.now()), 1000);
  }

  /** Milliseconds since 1970, moving every second. Comparable with times of tasks and events, however wrong the local clock. */
  get now(): Signal<number> {
    return this.#now;
  }

  /** To the millisecond. */
  exactly(): number {
    return this.#server.now();
  }
}
