import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import type { DeadLetterGroup } from '../../../../contracts/dead-letters.ts';
import type { Task } from '../../../../contracts/task.ts';
import { DeadLetterCount } from '../frame/dead-letter-count.ts';
import { liveQuery } from '../live/live-query.ts';
import { Permissions } from '../live/permissions.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { ArrowKeys } from '../ui/arrow-keys.ts';
import { exactTime } from '../ui/duration.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { ServerTextPipe } from '../ui/server-text-pipe.ts';
import { Sparkline } from '../ui/sparkline.ts';
import { changesDeadLetters } from './dead-letters-page.ts';
import { DiscardForm } from './discard-form.ts';
import { toFilter } from './filter.ts';
import { groupContext } from './group-context.ts';
import { LetterDetail } from './letter-detail.ts';
import { ReplayPlanner } from './replay-planner.ts';
import { trendWords } from './trend-words.ts';
import { ShownNumber } from '../ui/number.ts';

const pageSize = 50;
const mostShown = 500;

/** One kind of failure: its cause, since when, whom it hits, and what can be done. */
@Component({
  selector: 'app-group-page',
  imports: [
    ArrowKeys,
    DiscardForm,
    Icon,
    LetterDetail,
    MatButton,
    ProblemNote,
    RelativeTime,
    ReplayPlanner,
    RouterLink,
    ServerTextPipe,
    ShownNumber,
    Sparkline,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './group-page.html',
  styleUrl: './group-page.scss',
})
export class GroupPage {
  // From the address.
  readonly group = input.required<string>();
  readonly type = input<string>();
  readonly code = input<string>();
  readonly q = input<string>();
  readonly since = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  /** What is being done: `replay` or `discard`. */
  readonly act = input<string>();
  /** The task that is looked into. */
  readonly task = input<string>();

  protected readonly types = inject(TaskTypes);
  protected readonly isOperator = inject(Permissions).isOperator;
  readonly #api = inject(Tasks).client.api;
  readonly #router = inject(Router);
  readonly #badge = inject(DeadLetterCount);
  protected readonly limit = linkedSignal({ source: this.group, computation: () => pageSize });
  protected readonly params = computed(() => ({
    type: this.type(),
    code: this.code(),
    q: this.q(),
    since: this.since(),
    from: this.from(),
    to: this.to(),
  }));
  protected readonly filter = computed(() => ({ ...toFilter(this.params(), Date.now()), group: this.group() }));
  protected readonly list = liveQuery({
    params: () => ({ filter: this.filter(), limit: this.limit() }),
    load: ({ filter, limit }) => this.#api.listDeadLetters({ ...filter, limit }),
    on: changesDeadLetters,
    keeps: true,
  });
  /** All others, to see what began at the same time. */
  readonly #all = liveQuery({
    params: this.group,
    load: () => this.#api.listDeadLetters({ limit: 1 }),
  });
  protected readonly found = computed(() => this.list.value()?.groups.find(({ group }) => group === this.group()));
  /** Kept when the last of them has gone, so that the page still says what it was about. */
  protected readonly shown = linkedSignal<DeadLetterGroup | undefined, DeadLetterGroup | undefined>({
    source: this.found,
    computation: (found, previous) => found ?? previous?.value,
  });
  protected readonly tasks = computed((): readonly Task[] => this.list.value()?.tasks ?? []);
  protected readonly context = computed(() => {
    const group = this.shown();
    return group && groupContext(group, this.tasks(), this.#all.value()?.groups ?? []);
  });
  protected readonly trend = computed(() => trendWords(this.found()?.trend ?? [], this.list.value()?.trend));
  protected readonly chosen = linkedSignal<string, ReadonlySet<string>>({
    source: this.group,
    computation: () => new Set(),
  });
  protected readonly selection = computed(() => {
    const here = new Set(this.tasks().map(({ id }) => id));
    const ids = [...this.chosen()].filter((id) => here.has(id));
    return ids.length > 0 ? { ids } : { filter: this.filter() };
  });
  protected readonly count = computed(() => this.selection().ids?.length ?? this.found()?.count ?? 0);
  protected readonly hasMore = computed(
    () => this.list.value()?.cursor !== undefined && this.limit() < mostShown && this.tasks().length > 0,
  );

  protected exact(iso: string): string {
    return exactTime(iso);
  }

  /** What stands in the heading already is not said again on each row. */
  protected ownMessage({ error }: Task): string {
    const message = error?.message ?? '';
    return message === this.shown()?.message ? '' : message;
  }

  protected choiceLabel(id: string): string {
    return $localize`Choose ${id}:task:`;
  }

  protected choose(id: string, isChosen: boolean): void {
    this.chosen.update((chosen) => {
      const next = new Set(chosen);
      if (isChosen) next.add(id);
      else next.delete(id);
      return next;
    });
  }

  protected showMore(): void {
    this.limit.update((limit) => Math.min(mostShown, limit * 3));
  }

  protected look(id: string): void {
    this.#go({ task: this.task() === id ? null : id });
  }

  protected discarded(): void {
    void this.list.refresh();
    void this.#badge.refresh();
  }

  protected close(): void {
    this.#go({ act: null });
    void this.list.refresh();
  }

  #go(queryParams: Readonly<Record<string, string | null>>): void {
    void this.#router.navigate([], { queryParams: { ...queryParams }, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
