import type { Observable } from 'rxjs';

/** Resolves after `ms`, on a wake-up, or when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal, wake?: Observable<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      waking?.unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    const waking = wake?.subscribe(done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
