export interface BatchLimits {
  readonly most: number;
  /** A smaller batch waits for more messages, but no longer than `waitMs` after its first. */
  readonly least: number;
  readonly waitMs: number;
}

/** How long an idle batcher waits for the neighbours of a first message. */
const neighboursMs = 20;

/**
 * Gathers items into batches, one batch at a time. The promise of an item resolves when its batch has been run.
 *
 * @param run must not reject.
 */
export function createBatcher<T>(
  { most, least, waitMs }: BatchLimits,
  run: (items: T[]) => Promise<void>,
  now: () => number = Date.now,
): (item: T) => Promise<void> {
  let waiting: { item: T; since: number; done: () => void }[] = [];
  let busy = false;
  let timer: NodeJS.Timeout | undefined;

  const arrange = () => {
    clearTimeout(timer);
    const [first] = waiting;
    if (busy || !first) return;
    if (waiting.length >= most) return void runBatch();
    const due = first.since + (waiting.length >= least ? neighboursMs : waitMs);
    timer = setTimeout(() => void runBatch(), Math.max(0, due - now()));
  };

  const runBatch = async () => {
    busy = true;
    const batch = waiting.slice(0, most);
    waiting = waiting.slice(most);
    await run(batch.map(({ item }) => item));
    busy = false;
    for (const { done } of batch) done();
    arrange();
  };

  return (item) =>
    new Promise((done) => {
      waiting.push({ item, since: now(), done });
      arrange();
    });
}
