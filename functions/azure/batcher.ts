/** How much goes together at most; an item heavier than that goes alone. */
export interface BatchLimits<T> {
  readonly items: number;
  readonly weight?: number;
  readonly weigh?: (item: T) => number;
  /** How many batches are under way at once; by default one, so that they arrive in order. */
  readonly underWay?: number;
  /** How long to gather behind a batch while the next is not full, in milliseconds. */
  readonly pauseMs?: number;
  /** Whether to pause all the same though the next batch is full. */
  readonly yields?: () => boolean;
}

/**
 * Natural batching: a first item goes at once; what arrives while a batch is under way leaves together with the next.
 * An idle system adds no delay, a busy one shares its round trips.
 * @param send fails as a whole: all its items fail
 * @returns adds an item; settles when its batch does
 */
export function batcher<T>(
  send: (items: T[]) => Promise<void>,
  {
    items: most,
    weight: heaviest = Infinity,
    weigh = () => 0,
    underWay = 1,
    pauseMs = 0,
    yields = () => false,
  }: BatchLimits<T>,
): (item: T) => Promise<void> {
  const waiting: { item: T; weight: number; done: () => void; failed: (error: unknown) => void }[] = [];
  let sending = 0;

  function count(): number {
    let total = 0;
    const tooMuch = waiting.findIndex(({ weight }, n) => n === most || (total += weight) > heaviest);
    return tooMuch === -1 ? waiting.length : Math.max(1, tooMuch);
  }

  async function drain(): Promise<void> {
    sending += 1;
    // What the same turn of the event loop adds goes along.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      const batch = waiting.splice(0, count());
      try {
        await send(batch.map(({ item }) => item));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
      if (pauseMs > 0 && (yields() || waiting.length < most))
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    sending -= 1;
  }

  return (item) =>
    new Promise((done, failed) => {
      // Weighed here, so that an item that cannot be weighed fails alone.
      waiting.push({ item, weight: weigh(item), done, failed });
      if (sending < underWay) void drain();
    });
}
