/** So long may a task stand behind another owner's flood, in the time that quick tasks take. */
const sliceMs = 200;

/**
 * How many messages one owner may have waiting in a lane: at least what the setting says, and as many as lately started here within a fifth
 * of a second. Where tasks are quick, a flood then passes without waiting in Redis first, and yet keeps nobody else waiting for long.
 */
export class OwnerWindow {
  readonly #now: () => number;
  #slice = 0;
  #started = 0;
  #startedBefore = 0;

  /** @param now milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** To be called when a task has started. */
  noteStart(): void {
    this.#turn();
    this.#started += 1;
  }

  size(least: number): number {
    this.#turn();
    return Math.max(least, this.#started, this.#startedBefore);
  }

  #turn(): void {
    const slice = Math.floor(this.#now() / sliceMs);
    if (slice === this.#slice) return;
    this.#startedBefore = slice === this.#slice + 1 ? this.#started : 0;
    this.#started = 0;
    this.#slice = slice;
  }
}
