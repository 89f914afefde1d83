import { Observable } from 'rxjs';

/** How often the clock is looked at. Milliseconds. */
const everyMs = 1_000;
/** A hidden page's timers run once a minute: only what is well beyond that is sleep. */
const longestPauseMs = 90_000;

/** Emits when the machine has slept: between two looks, the clock has gone on by far more than a timer is late. */
export function wakesFromSleep(now: () => number, every = everyMs): Observable<void> {
  return new Observable((subscriber) => {
    let last = now();
    const timer = setInterval(() => {
      const time = now();
      if (time - last > longestPauseMs) subscriber.next();
      last = time;
    }, every);
    return () => clearInterval(timer);
  });
}
