import { DestroyRef, effect, inject, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { filter, throttleTime } from 'rxjs';
import { Tasks } from '../live/tasks.ts';

/** Counting looks through all dead letters, so a flood of events asks for it now and then only. Milliseconds. */
const rest = 5_000;

/** How many dead letters wait for somebody, kept up by events. */
@Injectable({ providedIn: 'root' })
export class DeadLetterCount {
  readonly #client = inject(Tasks).client;
  readonly #connection = inject(Tasks).connection;
  readonly #count = signal(0);
  readonly count = this.#count.asReadonly();

  constructor() {
    effect(() => {
      if (this.#connection().kind === 'live') void this.refresh();
    });
    this.#client.events$
      .pipe(
        filter((events) => events.some(({ kind }) => kind === 'dead-lettered' || kind === 'replayed')),
        throttleTime(rest, undefined, { leading: true, trailing: true }),
        takeUntilDestroyed(inject(DestroyRef)),
      )
      .subscribe(() => void this.refresh());
  }

  /** For a page that has discarded some: of that no event tells. */
  async refresh(): Promise<void> {
    // A badge is not worth an error: the next event tries again.
    const page = await this.#client.api.listDeadLetters({ limit: 1 }).catch(() => undefined);
    if (page !== undefined) this.#count.set(page.total);
  }
}
