/** Time as the broker sees it; tests pass one they move by hand. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Calls `run` once after `milliseconds`; the returned function calls it off. */
  after(milliseconds: number, run: () => void): () => void;
}

/** Node's timers overflow above 2^31 - 1 ms; a longer wait is cut into pieces by `Alarm`. */
const LONGEST_WAIT = 2 ** 31 - 1;

export function systemClock(now: () => number = Date.now): Clock {
  return {
    now,
    after(milliseconds, run) {
      const timer = setTimeout(run, Math.min(milliseconds, LONGEST_WAIT));
      return () => clearTimeout(timer);
    },
  };
}

/** One wake-up call that always rings at the earliest time asked for. `ring` asks again for what is still to come. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #at = Infinity;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at `at` (ms since 1970), or earlier when an earlier call is already set. */
  setFor(at: number): void {
    if (at >= this.#at) return;
    this.off();
    this.#at = at;
    this.#cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#wake());
  }

  off(): void {
    this.#cancel?.();
    this.#at = Infinity;
  }

  #wake(): void {
    const at = this.#at;
    this.#at = Infinity;
    if (this.#clock.now() < at) this.setFor(at);
    else this.#ring();
  }
}
