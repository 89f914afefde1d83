import { DOCUMENT } from '@angular/common';
import { inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { Schedule } from '../../../../contracts/schedule.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Toasts } from '../frame/toasts.ts';
import { Optimistic } from '../live/optimistic.ts';
import { Tasks } from '../live/tasks.ts';
import { newIdempotencyKey } from '../submit/drafts.ts';
import { isolated } from '../ui/isolated.ts';

/** How long a deletion can be taken back. Longer than the toast with the button stays by itself. */
const undoMs = 10_000;

/** What can be done with a schedule, wherever it is shown. */
@Injectable({ providedIn: 'root' })
export class ScheduleChanges {
  readonly #api = inject(Tasks).client.schedules;
  readonly #toasts = inject(Toasts);
  readonly #optimistic = inject(Optimistic);
  readonly #router = inject(Router);
  readonly #going = signal<ReadonlySet<string>>(new Set());
  /** IDs of those that are gone for whoever looks, and can still come back. */
  readonly going = this.#going.asReadonly();
  /** What deletes each of them at once. */
  readonly #deletions = new Map<string, () => void>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor() {
    // Who closes the page has not asked for an undo.
    inject(DOCUMENT).defaultView?.addEventListener('pagehide', () => this.#deletions.forEach((now) => now()));
  }

  /** @param show shows the schedule as it will be, and gives what takes that back */
  async pause(schedule: Schedule, show: (as: Schedule) => () => void): Promise<Schedule | undefined> {
    return this.#optimistic.change({
      show: () => show({ ...schedule, paused: true, upcoming: [] }),
      ask: () => this.#api.pause(schedule.id),
      refused: $localize`“${isolated(schedule.name)}:name:” was not paused`,
    });
  }

  async resume(schedule: Schedule, show: (as: Schedule) => () => void): Promise<Schedule | undefined> {
    return this.#optimistic.change({
      show: () => show({ ...schedule, paused: false }),
      ask: () => this.#api.resume(schedule.id),
      refused: $localize`“${isolated(schedule.name)}:name:” was not resumed`,
    });
  }

  async run({ id, name }: Schedule): Promise<void> {
    try {
      const task = await this.#api.run(id, newIdempotencyKey());
      const watch = { word: $localize`Watch`, run: () => this.#router.navigate(['/tasks', task.id]) };
      this.#toasts.show($localize`“${isolated(name)}:name:” runs now.`, { tone: 'success', action: watch });
    } catch (error) {
      const why = (error as ApiError).message;
      this.#toasts.show($localize`“${isolated(name)}:name:” was not run: ${why}:reason:`, { tone: 'problem' });
    }
  }

  /** Gone at once to the eye; deleted when nobody has taken it back. */
  delete({ id, name }: Schedule): void {
    this.#going.update((going) => new Set([...going, id]));
    const undo = { word: $localize`Undo`, run: () => this.#takeBack(id) };
    const dismiss = this.#toasts.show($localize`“${isolated(name)}:name:” is deleted.`, { action: undo });
    const now = () => {
      clearTimeout(timer);
      this.#deletions.delete(id);
      dismiss();
      void this.#deleteNow(id, name);
    };
    const timer = setTimeout(now, undoMs);
    this.#deletions.set(id, now);
    this.#timers.set(id, timer);
  }

  #takeBack(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#deletions.delete(id);
    this.#show(id);
  }

  async #deleteNow(id: string, name: string): Promise<void> {
    try {
      await this.#api.delete(id);
    } catch (error) {
      const { code, message } = error as ApiError;
      if (code === 'not-found') return;
      this.#show(id);
      this.#toasts.show($localize`“${isolated(name)}:name:” was not deleted: ${message}:reason:`, { tone: 'problem' });
    }
  }

  #show(id: string): void {
    this.#going.update((going) => new Set([...going].filter((one) => one !== id)));
  }
}
