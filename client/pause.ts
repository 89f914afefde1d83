import { type Observable, Subscription } from 'rxjs';

/** Resolves after `ms`, on a wake-up, or when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal, wake?: Observable<unknown>): Promise<void> {
  return new Promise((resolve) => {
    // Made before it is subscribed: what wakes may do so at once.
    const waking = new Subscription();
    const done = () => {
      clearTimeout(timer);
      waking.unsubscribe();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    waking.add(wake?.subscribe(done));
    if (signal.aborted) done();
  });
}
