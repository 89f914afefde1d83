import { ChangeDetectionStrategy, Component, computed, effect, inject, input, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Router, RouterLink } from '@angular/router';
import { type ExportFormat, ExportTasks } from '../tasks/export-tasks.ts';
import { FilterBar } from '../tasks/filter-bar.ts';
import { cleanFilter, type Filter, statesOf, toParams } from '../tasks/filter.ts';
import { type StateChip, StateChips } from '../tasks/state-chips.ts';
import { ArrowKeys } from '../ui/arrow-keys.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RowNames } from '../ui/row-names.ts';
import { endedStates } from '../ui/state-look.ts';
import { TaskRow } from '../ui/task-row.ts';
import { OlderTasks } from './older-tasks.ts';

/** Tasks that have ended, however long ago. The filter is kept in the address, as on the page of tasks. */
@Component({
  selector: 'app-history-page',
  imports: [ArrowKeys, FilterBar, Icon, MatButton, MatMenu, MatMenuItem, MatMenuTrigger, ProblemNote, RouterLink, RowNames, StateChips, TaskRow], // prettier-ignore
  providers: [OlderTasks],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './history-page.html',
  styleUrl: './history-page.scss',
})
export class HistoryPage {
  // From the address.
  readonly state = input<string | undefined>();
  readonly type = input<string | undefined>();
  readonly tag = input<string | undefined>();
  readonly orderingKey = input<string | undefined>();
  readonly schedule = input<string | undefined>();
  readonly owner = input<string | undefined>();
  readonly q = input<string | undefined>();
  readonly from = input<string | undefined>();
  readonly to = input<string | undefined>();

  readonly #router = inject(Router);
  readonly #export = inject(ExportTasks);
  protected readonly older = inject(OlderTasks);
  protected readonly filter = computed(
    () => cleanFilter({ state: this.state(), type: this.type(), tag: this.tag(), orderingKey: this.orderingKey(), schedule: this.schedule(), owner: this.owner(), q: this.q(), from: this.from(), to: this.to() }),
    { equal: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  ); // prettier-ignore
  protected readonly isFiltered = computed(() => Object.keys(this.filter()).length > 0);

  protected readonly chips = computed((): readonly StateChip[] => {
    const chosen = statesOf(this.filter());
    return endedStates.map((state) => ({ state, isOn: chosen.includes(state) }));
  });
  /** Asking again helps only where something was out of order. */
  protected readonly isOff = computed(() => this.older.problem()?.code === 'not-found');

  constructor() {
    effect(() => {
      const filter = this.filter();
      untracked(() => this.older.look(filter));
    });
  }

  protected show(filter: Filter): void {
    void this.#router.navigate([], { queryParams: toParams(filter), queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected save(format: ExportFormat): void {
    void this.#export.save(format, this.filter(), this.older.tasks().length, { from: 'history' });
  }
}
