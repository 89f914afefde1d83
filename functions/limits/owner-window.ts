/** So long may a task stand behind another owner's flood, in the time that quick tasks take. */
const sliceMs = 200;
/** Of the setting: enough to keep all workers busy with tasks that take longer than a slice. */
const shareOfSlow = 1 / 8;

/**
 * How many messages one owner may have waiting in a lane: at least what the setting says, and as many as lately started here within a fifth
 * of a second. Where tasks are quick, a flood then passes without waiting in Redis first, and yet keeps nobody else waiting for long. Where
 * they are slow, so that many more run here than start in that time, it is a part of what the setting says: each message of a flood that waits keeps
 * others waiting for as long as one worker needs for it.
 */
export class OwnerWindow {
  readonly #now: () => number;
  #slice = 0;
  #started = 0;
  #startedBefore = 0;
  #running = 0;
  /** The most that ran at once in this slice, and in the one before. */
  #most = 0;
  #mostBefore = 0;

  /** @param now milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** To be called when a task has started. */
  noteStart(): void {
    this.#turn();
    this.#started += 1;
    this.#running += 1;
    this.#most = Math.max(this.#most, this.#running);
  }

  /** To be called when a task that had started here does not run here any more. */
  noteEnd(): void {
    this.#turn();
    this.#running -= 1;
  }

  size(usual: number): number {
    this.#turn();
    const lately = Math.max(this.#started, this.#startedBefore);
    const share = Math.ceil(usual * shareOfSlow);
    // Tasks that began together end together: what runs in between says nothing.
    const isSlow = Math.max(this.#most, this.#mostBefore) > Math.max(lately, share);
    return Math.max(isSlow ? share : usual, lately);
  }

  #turn(): void {
    const slice = Math.floor(this.#now() / sliceMs);
    if (slice === this.#slice) return;
    const isNext = slice === this.#slice + 1;
    this.#startedBefore = isNext ? this.#started : 0;
    this.#mostBefore = isNext ? this.#most : this.#running;
    [this.#started, this.#most] = [0, this.#running];
    this.#slice = slice;
  }
}
