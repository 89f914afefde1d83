import { inject, Injectable } from '@angular/core';
import { ApiError } from '../../../../client/index.ts';
import { Toasts } from '../frame/toasts.ts';

export interface OptimisticChange<T> {
  /** Shows the page as it will be; gives what takes that back. */
  readonly show: () => () => void;
  readonly ask: () => Promise<T>;
  /** Begins the toast when the server refuses: `The schedule was not paused`. */
  readonly refused: string;
  /** Told when it is done, where that is not plain to see. */
  readonly done?: string;
}

/** Changes that are shown at once, and taken back with the reason when the server says no. */
@Injectable({ providedIn: 'root' })
export class Optimistic {
  readonly #toasts = inject(Toasts);

  /** Resolves with the answer, or with undefined when it was refused: the person has been told. */
  async change<T>({ show, ask, refused, done }: OptimisticChange<T>): Promise<T | undefined> {
    const takeBack = show();
    try {
      const answer = await ask();
      if (done !== undefined) this.#toasts.show(done, { tone: 'success' });
      return answer;
    } catch (error) {
      takeBack();
      if (!(error instanceof ApiError)) throw error;
      this.#toasts.show(`${refused}: ${error.message}`, { tone: 'problem' });
      return undefined;
    }
  }
}
