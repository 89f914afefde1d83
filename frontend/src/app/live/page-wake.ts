import { concat, filter, fromEvent, merge, type Observable, of, switchMap, timer } from 'rxjs';

/** What is asked in the moment in which the network goes may still be answered: whether it is gone, a second look tells. */
const secondLookMs = 1_000;

/**
 * Emits when the person comes back to the page, or the network comes or goes: a good moment to try again, or to notice
 * that trying is of no use.
 */
export function pageWakes(page: Document): Observable<unknown> {
  const view = page.defaultView;
  const seen = fromEvent(page, 'visibilitychange').pipe(filter(() => !page.hidden));
  if (view === null) return seen;
  const gone = fromEvent(view, 'offline').pipe(switchMap((event) => concat(of(event), timer(secondLookMs))));
  return merge(seen, gone, fromEvent(view, 'online'), fromEvent(view, 'focus'));
}

/** Calls back with the next frame; a hidden page draws none, so there it is twice a second. */
export function onNextFrame(page: Document): (flush: () => void) => void {
  return (flush) => void (page.hidden ? setTimeout(flush, 500) : requestAnimationFrame(flush));
}
