import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { ReplayPlan, ReplayProgress } from '../../../../contracts/replay.ts';
import type { ApiError } from '../../../../client/index.ts';
import { liveQuery } from '../live/live-query.ts';
import { Tasks } from '../live/tasks.ts';
import { exactTime } from '../ui/duration.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { filterWords } from './filter.ts';
import { PatchView } from './patch-view.ts';
import { PlanBar, planParts } from './plan-bar.ts';
import { PlanState } from './plan-state.ts';
import { planWords, reasonsOf, waitingWords } from './plan-words.ts';
import { RefusalList } from './refusal-list.ts';
import { formatNumber, ShownNumber } from '../ui/number.ts';

const movesMs = 1_000;
/** A stopped or paused plan still follows what it has replayed. */
const settlesMs = 3_000;

/** A replay while it runs and afterwards: how far it is, what it refused, and how to pause or stop it. */
@Component({
  selector: 'app-replay-page',
  imports: [
    Icon,
    MatButton,
    PatchView,
    PlanBar,
    PlanState,
    ProblemNote,
    RefusalList,
    RelativeTime,
    RouterLink,
    ShownNumber,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './replay-page.html',
  styleUrl: './replay-page.scss',
})
export class ReplayPage {
  readonly id = input.required<string>();
  readonly #api = inject(Tasks).client.api;
  protected readonly plan = liveQuery({
    params: this.id,
    load: (id) => this.#api.getReplay(id),
    on: ({ kind }, plan) => kind !== 'progress' && isMoving(plan),
    everyMs: (plan) => (isMoving(plan) ? (plan?.state === 'running' ? movesMs : settlesMs) : undefined),
  });
  protected readonly parts = planParts;
  protected readonly busy = signal(false);
  protected readonly refusal = signal<ApiError | undefined>(undefined);
  protected readonly words = computed(() => {
    const plan = this.plan.value();
    return plan === undefined ? '' : planWords(plan.matched, plan);
  });
  protected readonly waiting = computed(() => {
    const plan = this.plan.value();
    return plan === undefined ? '' : waitingWords(plan);
  });
  protected readonly selection = computed(() => {
    const plan = this.plan.value();
    if (plan?.ids === 1) return $localize`1 that was chosen`;
    if (plan?.ids !== undefined) return $localize`${formatNumber(plan.ids)}:count: that were chosen one by one`;
    return filterWords(plan?.filter ?? {});
  });
  protected readonly reasons = computed(() => reasonsOf(this.plan.value()?.skippedReasons ?? {}));
  /** What it did not replay, or replayed in vain, lies among the dead letters again. */
  protected readonly leftFilter = computed(() => {
    const filter = this.plan.value()?.filter;
    return { type: filter?.type, code: filter?.code, q: filter?.q };
  });
  constructor() {
    const { replays$ } = inject(Tasks).client;
    replays$.pipe(takeUntilDestroyed()).subscribe((progress) => this.#take(progress));
  }

  protected exact(iso: string): string {
    return exactTime(iso);
  }

  protected async control(action: 'pause' | 'resume' | 'stop'): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.refusal.set(undefined);
    try {
      this.plan.put(await this.#api.controlReplay(this.id(), action));
    } catch (error) {
      this.refusal.set(error as ApiError);
      void this.plan.refresh();
    } finally {
      this.busy.set(false);
    }
  }

  /** What is pushed tells no refusals one by one. */
  #take(progress: ReplayProgress): void {
    const plan = this.plan.value();
    if (plan === undefined || progress.id !== plan.id) return;
    if (progress.skipped > plan.skipped) this.plan.refreshSoon();
    else this.plan.put({ ...progress, refusals: plan.refusals });
  }
}

function isMoving(plan: ReplayPlan | undefined): boolean {
  return plan !== undefined && (plan.state === 'running' || plan.state === 'paused' || plan.outstanding > 0);
}
