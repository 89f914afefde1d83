import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { fromEvent, map, startWith } from 'rxjs';
import type { TaskState } from '../../../../contracts/task-states.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { stateLooks, statesInOrder } from '../ui/state-look.ts';
import { TaskRow } from '../ui/task-row.ts';
import { countStates, matchesText } from './task-filter.ts';

const rowsAtFirst = 100;
/** Scrolled further than this, a person reads something that must not move. Pixels. */
const readingFrom = 120;

/** Every task, newest first, live. The filter is kept in the address. */
@Component({
  selector: 'app-task-list',
  imports: [Icon, MatButton, ProblemNote, RouterLink, TaskRow],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './task-list.html',
  styleUrl: './task-list.scss',
})
export class TaskList {
  /** From the address: only tasks in this state. */
  readonly state = input<TaskState | undefined>();
  /** From the address: only tasks with these words. */
  readonly q = input<string | undefined>();

  readonly #tasks = inject(Tasks);
  readonly #types = inject(TaskTypes);
  readonly #router = inject(Router);
  readonly #view = inject(DOCUMENT).defaultView!;
  protected readonly looks = stateLooks;
  protected readonly list = this.#tasks.list;
  readonly #isReading = toSignal(
    fromEvent(this.#view, 'scroll', { passive: true }).pipe(
      startWith(undefined),
      map(() => this.#view.scrollY > readingFrom),
    ),
    { initialValue: false },
  );
  /** ID of the newest task when reading began: newer ones wait above. */
  readonly #readFrom = signal<string | undefined>(undefined);
  readonly #rows = signal(rowsAtFirst);

  readonly #found = computed(() => {
    const text = this.q()?.trim() ?? '';
    const all = this.#tasks.newestFirst();
    return text === '' ? all : all.filter((task) => matchesText(task, this.#types.title(task.type), text));
  });
  protected readonly chips = computed(() => {
    const counts = countStates(this.#found());
    const isShown = (state: TaskState) => (counts.get(state) ?? 0) > 0 || state === this.state();
    return statesInOrder.filter(isShown).map((state) => ({ state, count: counts.get(state) ?? 0 }));
  });
  /** A plus says that older tasks have not been fetched. Empty while nothing is known. */
  protected readonly total = computed(() => {
    const list = this.list();
    if (list.kind !== 'ready' && this.#found().length === 0) return '';
    return `${this.#found().length}${list.kind === 'ready' && list.hasMore ? '+' : ''}`;
  });
  readonly #matching = computed(() => {
    const state = this.state();
    return state === undefined ? this.#found() : this.#found().filter((task) => task.state === state);
  });
  protected readonly waitingAbove = computed(() => {
    const from = this.#readFrom();
    return from === undefined
      ? 0
      : Math.max(
          0,
          this.#matching().findIndex(({ id }) => id === from),
        );
  });
  protected readonly rows = computed(() =>
    this.#matching().slice(this.waitingAbove(), this.waitingAbove() + this.#rows()),
  );
  protected readonly hasMore = computed(() => {
    const list = this.list();
    return (
      this.rows().length < this.#matching().length - this.waitingAbove() || (list.kind === 'ready' && list.hasMore)
    );
  });
  protected readonly problem = computed(() => {
    const list = this.list();
    return list.kind === 'failed' ? list.error.message : '';
  });
  protected readonly isFiltered = computed(() => this.state() !== undefined || (this.q() ?? '') !== '');

  constructor() {
    effect(() => {
      const state = this.state();
      const list = this.list();
      // The newest tasks may have few in this state, or none.
      if (state !== undefined && list.kind === 'ready' && list.hasMore)
        void this.#tasks.client.find({ state }).catch(() => undefined);
    });
    effect(() => {
      const isReading = this.#isReading();
      untracked(() => this.#readFrom.set(isReading ? this.#matching()[0]?.id : undefined));
    });
  }

  protected search(text: string): void {
    void this.#router.navigate([], {
      queryParams: { q: text || null },
      queryParamsHandling: 'merge',
      replaceUrl: true,
    });
  }

  protected showNew(): void {
    this.#readFrom.set(undefined);
    this.#view.scrollTo({ top: 0 });
  }

  protected async showMore(): Promise<void> {
    this.#rows.update((rows) => rows + rowsAtFirst);
    if (this.rows().length < this.#rows()) await this.#tasks.client.loadMore().catch(() => undefined);
  }

  /** The arrow keys go from row to row. */
  protected moveFocus(event: KeyboardEvent, by: 1 | -1): void {
    const item = (event.target as HTMLElement).closest('li');
    const next = by === 1 ? item?.nextElementSibling : item?.previousElementSibling;
    const link = next?.querySelector('a');
    if (!link) return;
    event.preventDefault();
    link.focus();
  }
}
