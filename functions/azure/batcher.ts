/**
 * Natural batching: a first item goes at once; what arrives while a batch is under way leaves together with the next.
 * An idle system adds no delay, a busy one shares its round trips.
 * @param send fails as a whole: all its items fail
 * @returns adds an item; settles when its batch does
 */
export function batcher<T>(send: (items: T[]) => Promise<void>, maxItems: number): (item: T) => Promise<void> {
  let waiting: { item: T; done: () => void; failed: (error: unknown) => void }[] = [];
  let sending = false;

  async function drain(): Promise<void> {
    sending = true;
    // What the same turn of the event loop adds goes along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
      await send(batch.map(({ item }) => item)).then(
        () => batch.forEach(({ done }) => done()),
        (error: unknown) => batch.forEach(({ failed }) => failed(error)),
      );
    }
    sending = false;
  }

  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      if (!sending) void drain();
    });
}
