/**
 * The server's time, as far as answers tell it: a `Date` header has full seconds, and was written between request and answer. Each
 * answer bounds how far the server is ahead, and bounds of several answers narrow each other. While the local clock may be right, it is
 * taken as right; so on one machine nothing is shifted by rounding.
 */
export class ServerClock {
  readonly #now: () => number;
  /** Least and most that the server may be ahead, in milliseconds. */
  #least = -Infinity;
  #most = Infinity;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Milliseconds since 1970, by the server's clock. */
  now(): number {
    return this.#now() + this.ahead;
  }

  /** How far the server's clock is ahead of the local one, in milliseconds; 0 while the two may agree. */
  get ahead(): number {
    if (this.#least <= 0 && this.#most >= 0) return 0;
    return Math.round((this.#least + this.#most) / 2);
  }

  /** Takes the `Date` header of an answer. @param sentAt when it was asked for, by the local clock */
  learn(date: string | null | undefined, sentAt: number): void {
    const written = Date.parse(date ?? '');
    if (Number.isNaN(written)) return;
    const [least, most] = [written - this.#now(), written + 1000 - sentAt];
    if (least > most) return;
    // Bounds that exclude each other mean that one of the clocks was set.
    const isSet = least > this.#most || most < this.#least;
    this.#least = isSet ? least : Math.max(least, this.#least);
    this.#most = isSet ? most : Math.min(most, this.#most);
  }

  /** The local clock, for what is compared with times that `learn` takes. */
  local(): number {
    return this.#now();
  }
}
