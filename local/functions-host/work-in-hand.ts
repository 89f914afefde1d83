/** Counts work under way, so that a trigger can wait for the end of it. */
export interface WorkInHand {
  track<T>(work: () => Promise<T>): Promise<T>;
  settled(): Promise<void>;
}

export function createWorkInHand(): WorkInHand {
  const inHand = new Set<Promise<unknown>>();
  return {
    track: (work) => {
      const promise = work();
      inHand.add(promise);
      const remove = () => inHand.delete(promise);
      promise.then(remove, remove);
      return promise;
    },
    settled: async () => {
      while (inHand.size > 0) await Promise.allSettled(inHand);
    },
  };
}
