import { inject, Injectable } from '@angular/core';
import { DOCUMENT } from '@angular/common';
import type { PreloadingStrategy, Route } from '@angular/router';
import { catchError, EMPTY, type Observable, switchMap, timer } from 'rxjs';

/** The first page has the line for itself so long. Milliseconds. */
const restMs = 2000;

/**
 * Fetches the other pages once the first one stands: a click then waits for nothing, and works while the network is away or a newer version
 * has taken the place of this one. Not for whoever asks the browser to save data.
 */
@Injectable({ providedIn: 'root' })
export class PreloadLater implements PreloadingStrategy {
  readonly #page = inject(DOCUMENT);

  preload(_route: Route, load: () => Observable<unknown>): Observable<unknown> {
    return this.whenQuiet().pipe(
      switchMap(load),
      catchError(() => EMPTY),
    );
  }

  /** Tells once, when there is time for what nobody has asked for yet; never where data is to be saved. */
  whenQuiet(): Observable<unknown> {
    return savesData(this.#page.defaultView?.navigator) ? EMPTY : timer(restMs);
  }
}

/** https://wicg.github.io/savedata: not in the types of TypeScript, and not in every browser. */
function savesData(navigator: (Navigator & { connection?: { saveData?: boolean } }) | undefined): boolean {
  return navigator?.connection?.saveData === true;
}
