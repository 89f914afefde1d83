import { computed, inject, type Signal, signal } from '@angular/core';
import type { Task } from '../../../../contracts/task.ts';
import { Tasks } from '../live/tasks.ts';

/** The rows of the list: what was found, but while somebody reads on further down, nothing that would move what they look at. Made where things can be injected. */
export class ShownRows {
  readonly #all = inject(Tasks).newestFirst;
  readonly #found: Signal<readonly Task[]>;
  /** IDs that stood in the list when reading began: newer ones wait above, and those that no longer fit stay. */
  readonly #held = signal<ReadonlySet<string> | undefined>(undefined);
  readonly #newestHeld = signal<string | undefined>(undefined);

  constructor(found: Signal<readonly Task[]>) {
    this.#found = found;
  }

  readonly waitingAbove = computed(() => {
    const newest = this.#newestHeld();
    return newest === undefined ? 0 : this.#found().filter(({ id }) => id > newest).length;
  });

  readonly tasks = computed((): readonly Task[] => {
    const [held, newest] = [this.#held(), this.#newestHeld()];
    if (held === undefined || newest === undefined) return this.#found();
    const fitting = new Set(this.#found());
    return this.#all().filter((task) => task.id <= newest && (held.has(task.id) || fitting.has(task)));
  });

  /** While somebody reads on, rows stay where they are. */
  hold(isReading: boolean): void {
    const tasks = isReading ? this.#found() : [];
    if (isReading && (tasks.length === 0 || this.#held() !== undefined)) return;
    this.#held.set(isReading ? new Set(tasks.map(({ id }) => id)) : undefined);
    this.#newestHeld.set(tasks[0]?.id);
  }
}
