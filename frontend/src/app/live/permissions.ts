import { computed, inject, Injectable } from '@angular/core';
import { SignIn } from './who.ts';

/** What this person may do, told before they try. The server decides again, whatever is shown here. */
@Injectable({ providedIn: 'root' })
export class Permissions {
  readonly #who = inject(SignIn).who;
  readonly isOperator = computed(() => this.#who().isOperator);

  /** Why this person may not do what only operators may; undefined when they may. */
  readonly needsOperator = computed(() => {
    const { isOperator, isSignedIn } = this.#who();
    if (isOperator) return undefined;
    return isSignedIn
      ? $localize`Only people with the role "operator" may do this. Ask whoever runs this app for the role, then sign in again.`
      : $localize`Sign in first: only people with the role "operator" may do this.`;
  });
}
