import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { TaskState } from '../../../../contracts/task-states.ts';
import { isEnded } from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { WhyNot } from '../ui/why-not.ts';
import { BulkJobs, type Meant } from './bulk-jobs.ts';
import { type ExportFormat, ExportTasks } from './export-tasks.ts';
import { type Filter, statesOf } from './filter.ts';
import type { Selection } from './selection.ts';
import { ShownNumber } from '../ui/number.ts';

type Counts = Readonly<Record<TaskState, number>>;

/** What can be done with the tasks that are selected. */
@Component({
  selector: 'app-bulk-bar',
  imports: [Icon, MatButton, ShownNumber, WhyNot],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'region', '[attr.aria-label]': 'label' },
  template: `
    <span class="count" role="status" i18n>{{ count() | shownNumber }} selected</span>
    @if (!selection().isAll() && (matching() ?? 0) > count()) {
      <button type="button" class="quiet-button strong" (click)="selection().chooseAll()" i18n>
        Select all {{ matching()! | shownNumber }} that match
      </button>
    }
    <span class="acts">
      <button
        matButton="outlined"
        type="button"
        [appWhyNot]="cancellable() === 0 ? whyNotCancel : ''"
        (click)="cancel()"
        i18n
      >
        Cancel {{ cancellable() | shownNumber }}
      </button>
      <button
        matButton="outlined"
        type="button"
        [appWhyNot]="replayable() === 0 ? whyNotReplay : ''"
        (click)="replay()"
        i18n
      >
        Replay {{ replayable() | shownNumber }}
      </button>
      <button type="button" class="quiet-button" (click)="save('csv')" i18n>CSV</button>
      <button type="button" class="quiet-button" (click)="save('json')" i18n>JSON</button>
      <button type="button" class="quiet-button clear" (click)="selection().clear()">
        <app-icon name="close" [size]="16" /><span class="visually-hidden" i18n>Clear the selection</span>
      </button>
    </span>
  `,
  styleUrl: './bulk-bar.scss',
})
export class BulkBar {
  readonly selection = input.required<Selection>();
  readonly filter = input.required<Filter>();
  /** Of the filter without its states, where they are known. */
  readonly counts = input<Counts | undefined>();
  /** How many fit the filter. */
  readonly matching = input<number | undefined>();
  readonly #tasks = inject(Tasks);
  readonly #jobs = inject(BulkJobs);
  readonly #export = inject(ExportTasks);
  protected readonly label = $localize`Selected tasks`;
  protected readonly whyNotCancel = $localize`All of these have ended.`;
  protected readonly whyNotReplay = $localize`None of these is a dead letter.`;

  protected readonly count = computed(() => (this.selection().isAll() ? (this.matching() ?? 0) : this.selection().ids().size)); // prettier-ignore
  readonly #named = computed(() => {
    const known = this.#tasks.byId();
    return [...this.selection().ids()].flatMap((id) => known.get(id) ?? []);
  });
  protected readonly cancellable = computed(() => this.#countWhere((state) => !isEnded(state)));
  protected readonly replayable = computed(() => this.#countWhere((state) => state === 'dead-lettered'));

  protected cancel(): void {
    void this.#jobs.cancel(this.#meant((state) => !isEnded(state), this.cancellable()));
    this.selection().clear();
  }

  protected replay(): void {
    void this.#jobs.replay(this.#meant((state) => state === 'dead-lettered', this.replayable()));
    this.selection().clear();
  }

  protected save(format: ExportFormat): void {
    const ids = this.selection().isAll() ? undefined : this.selection().ids();
    void this.#export.save(format, this.filter(), this.count(), ids && { ids });
  }

  #countWhere(is: (state: TaskState) => boolean): number {
    if (!this.selection().isAll()) return this.#named().filter(({ state }) => is(state)).length;
    const chosen = statesOf(this.filter());
    const counts = Object.entries(this.counts() ?? {}) as [TaskState, number][];
    const meant = counts.filter(([state]) => is(state) && (chosen.length === 0 || chosen.includes(state)));
    return meant.reduce((sum, [, count]) => sum + count, 0);
  }

  #meant(is: (state: TaskState) => boolean, count: number): Meant {
    if (this.selection().isAll()) return { filter: this.filter(), count };
    return { ids: this.#named().filter(({ state }) => is(state)).map(({ id }) => id) }; // prettier-ignore
  }
}
