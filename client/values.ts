import type { Observable } from 'rxjs';

/**
 * The values of an observable one after the other, for `for await`. Those that come while the last one is worked on wait: all of them,
 * or with `newestOnly` the newest. Leaving the loop ends the subscription.
 */
export async function* values<T>(
  source: Observable<T>,
  { newestOnly = false } = {},
): AsyncGenerator<T, void, undefined> {
  const waiting: T[] = [];
  let end: { readonly error?: unknown } | undefined;
  let wake = () => {};
  const subscription = source.subscribe({
    next: (value) => {
      if (newestOnly) waiting.length = 0;
      waiting.push(value);
      wake();
    },
    error: (error: unknown) => {
      end = { error };
      wake();
    },
    complete: () => {
      end = {};
      wake();
    },
  });
  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift()!;
      if (end !== undefined) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    if ('error' in end) throw end.error;
  } finally {
    subscription.unsubscribe();
  }
}
