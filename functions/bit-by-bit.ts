import { setTimeout as delay } from 'node:timers/promises';

interface Portions {
  readonly most: number;
  /** Between two portions, in milliseconds. */
  readonly restMs: number;
}

/** Does something with a few of them at a time, and rests in between: for work that can wait, beside work that cannot. */
export async function bitByBit<T>(
  all: readonly T[],
  { most, restMs }: Portions,
  act: (some: T[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < all.length; from += most) {
    if (from > 0) await delay(restMs);
    await act(all.slice(from, from + most));
  }
}
