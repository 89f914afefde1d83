import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import type { DeadLetterGroup } from '../../../../contracts/dead-letters.ts';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { DeadLetterCount } from '../frame/dead-letter-count.ts';
import { liveQuery } from '../live/live-query.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { SignIn } from '../live/who.ts';
import { ArrowKeys } from '../ui/arrow-keys.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { ServerTextPipe } from '../ui/server-text-pipe.ts';
import { Sparkline } from '../ui/sparkline.ts';
import { DiscardForm } from './discard-form.ts';
import { FilterBar } from './filter-bar.ts';
import { toFilter } from './filter.ts';
import { ReplayList } from './replay-list.ts';
import { ReplayPlanner } from './replay-planner.ts';
import { trendWords } from './trend-words.ts';
import { ShownNumber } from '../ui/number.ts';

/** The trend ends now: it moves on without events. */
const moveOnMs = 30_000;

/** After these, another group has another number. */
export function changesDeadLetters({ kind }: TaskEvent): boolean {
  return kind === 'dead-lettered' || kind === 'replayed';
}

/** Dead letters by how they failed, most of them first, live. The filter is kept in the address. */
@Component({
  selector: 'app-dead-letters-page',
  imports: [
    ArrowKeys,
    DiscardForm,
    FilterBar,
    Icon,
    MatButton,
    ProblemNote,
    RelativeTime,
    ReplayList,
    ReplayPlanner,
    RouterLink,
    ServerTextPipe,
    ShownNumber,
    Sparkline,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './dead-letters-page.html',
  styleUrl: './dead-letters-page.scss',
})
export class DeadLettersPage {
  // From the address.
  readonly type = input<string>();
  readonly code = input<string>();
  readonly q = input<string>();
  readonly since = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  /** What is being done with all that is shown: `replay` or `discard`. */
  readonly act = input<string>();

  /** Said as soon as it is known who looks. */
  protected readonly seesOwnOnly = computed(() => this.#who().isSignedIn && !this.#who().isOperator);
  readonly #who = inject(SignIn).who;
  protected readonly types = inject(TaskTypes);
  readonly #api = inject(Tasks).client.api;
  readonly #router = inject(Router);
  readonly #count = inject(DeadLetterCount);
  protected readonly params = computed(() => ({
    type: this.type(),
    code: this.code(),
    q: this.q(),
    since: this.since(),
    from: this.from(),
    to: this.to(),
  }));
  protected readonly list = liveQuery({
    params: this.params,
    load: (params) => this.#api.listDeadLetters({ ...toFilter(params, Date.now()), limit: 1 }),
    on: changesDeadLetters,
    everyMs: () => moveOnMs,
    keeps: true,
  });
  protected readonly isFiltered = computed(() => Object.values(this.params()).some((value) => (value ?? '') !== ''));
  protected readonly total = computed(() => this.list.value()?.total ?? 0);
  protected readonly example = computed(() => this.list.value()?.tasks[0]);
  /** Read when a plan is opened, so that it means what was shown then. */
  protected readonly filter = computed(() => toFilter(this.params(), Date.now()));

  /** While somebody points at a row, rows stay where they are. */
  protected readonly isHeld = signal(false);
  readonly #order = signal<readonly string[]>([]);
  protected readonly groups = computed(() => {
    const groups = this.list.value()?.groups ?? [];
    if (!this.isHeld()) return groups;
    const place = new Map(this.#order().map((group, index) => [group, index]));
    const placeOf = ({ group }: DeadLetterGroup) => place.get(group) ?? Infinity;
    return [...groups].sort((a, b) => placeOf(a) - placeOf(b));
  });
  readonly #typesSeen = signal<ReadonlySet<string>>(new Set());
  readonly #codesSeen = signal<ReadonlySet<string>>(new Set());
  protected readonly typesSeen = computed(() => [...this.#typesSeen()]);
  protected readonly codesSeen = computed(() => [...this.#codesSeen()]);

  constructor() {
    effect(() => {
      const groups = this.list.value()?.groups ?? [];
      this.#typesSeen.update((seen) => new Set([...seen, ...groups.map(({ type }) => type)]));
      this.#codesSeen.update((seen) => new Set([...seen, ...groups.map(({ code }) => code)]));
      if (!untracked(this.isHeld)) this.#order.set(groups.map(({ group }) => group));
    });
  }

  protected trend(group: DeadLetterGroup): string {
    return trendWords(group.trend ?? [], this.list.value()?.trend);
  }

  protected discarded(): void {
    void this.list.refresh();
    void this.#count.refresh();
  }

  protected close(): void {
    void this.#router.navigate([], { queryParams: { act: null }, queryParamsHandling: 'merge' });
    void this.list.refresh();
  }
}
