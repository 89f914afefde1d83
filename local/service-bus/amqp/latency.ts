/** Holds back what leaves, in order, for as long as `milliseconds` says at the time: a slow network, on demand. */
export class Latency {
  readonly #milliseconds: () => number;
  readonly #waiting: { readonly at: number; readonly run: () => void }[] = [];

  constructor(milliseconds: () => number) {
    this.#milliseconds = milliseconds;
  }

  pass(run: () => void): void {
    const milliseconds = this.#milliseconds();
    if (milliseconds === 0 && this.#waiting.length === 0) return run();
    this.#waiting.push({ at: performance.now() + milliseconds, run });
    if (this.#waiting.length === 1) this.#next();
  }

  #next(): void {
    const first = this.#waiting[0];
    if (!first) return;
    setTimeout(
      () => {
        first.run();
        this.#waiting.shift();
        this.#next();
      },
      Math.max(0, first.at - performance.now()),
    );
  }
}
