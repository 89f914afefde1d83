import { filter, fromEvent, merge, type Observable } from 'rxjs';

/**
 * Emits when the person comes back to the page, or the network comes or goes: a good moment to try again, or to notice
 * that trying is of no use.
 */
export function pageWakes(page: Document): Observable<unknown> {
  const view = page.defaultView;
  const seen = fromEvent(page, 'visibilitychange').pipe(filter(() => !page.hidden));
  return view === null
    ? seen
    : merge(seen, fromEvent(view, 'online'), fromEvent(view, 'offline'), fromEvent(view, 'focus'));
}

/** Calls back with the next frame; a hidden page draws none, so there it is twice a second. */
export function onNextFrame(page: Document): (flush: () => void) => void {
  return (flush) => void (page.hidden ? setTimeout(flush, 500) : requestAnimationFrame(flush));
}
