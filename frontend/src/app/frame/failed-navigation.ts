import { DOCUMENT } from '@angular/common';
import { ErrorHandler, inject, Injectable } from '@angular/core';
import { type NavigationError, Router } from '@angular/router';
import { Toasts } from './toasts.ts';

/** How browsers say that a script could not be fetched: Chromium, Firefox, Safari. */
const notFetched = /dynamically imported module|Importing a module script failed/i;

/**
 * A page whose script does not come. Either nobody answers, which is said; or a newer version has replaced this one and its files are gone:
 * then the page is loaded anew, from the server.
 */
@Injectable({ providedIn: 'root' })
export class FailedNavigation {
  readonly #page = inject(DOCUMENT);
  readonly #router = inject(Router);
  readonly #toasts = inject(Toasts);
  readonly #errors = inject(ErrorHandler);

  async handle({ url, error }: NavigationError): Promise<void> {
    if (!notFetched.test(String(error))) return this.#errors.handleError(error);
    // What fails from the start would be loaded again and again.
    if (this.#router.navigated && (await this.#serverAnswers(url))) return this.#page.location.assign(url);
    const action = { word: $localize`Try again`, run: () => this.#router.navigateByUrl(url) };
    this.#toasts.show($localize`This page could not be fetched. Check the connection and try again.`, {
      tone: 'problem',
      action,
    });
  }

  async #serverAnswers(url: string): Promise<boolean> {
    return fetch(url, { method: 'HEAD', cache: 'no-store' }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
