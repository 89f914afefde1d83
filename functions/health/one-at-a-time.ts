/** Who asks while an answer is being made gets that one: many at once cost no more than one. */
export function oneAtATime<T>(make: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => (underWay ??= make().finally(() => (underWay = undefined)));
}
