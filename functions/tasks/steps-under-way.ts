/** The steps that a handler has under way in one attempt. */
export class StepsUnderWay {
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<unknown>>();
  #handlerEnded = false;

  /** @param signal of the attempt: when it is aborted, no further step begins */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Makes a step one of these until it has ended. A failure that nobody awaits while the handler runs is left unhandled here too, so that
   * it stays as loud as any other.
   */
  watch<T>(step: () => Promise<T>): Promise<T> {
    const running: Promise<T> = this.#begin(step).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /**
   * Runs a handler, and waits for the steps that it leaves under way: forgotten ones, and the others of a Promise.all in which one
   * failed. An attempt that ended before them would not remember what they did, and the next would do it again.
   * @throws what the handler throws, else what such a step throws
   */
  async settledAfter<T>(handler: () => Promise<T>): Promise<T> {
    const [ended] = await Promise.allSettled([(async () => handler())()]);
    this.#handlerEnded = true;
    const steps = await Promise.allSettled(this.#running);
    const failed = [ended, ...steps].find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    return (ended as PromiseFulfilledResult<T>).value;
  }

  async #begin<T>(step: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    if (this.#handlerEnded) throw new Error('The handler has ended, so no further step of it begins: await each.');
    return step();
  }
}
