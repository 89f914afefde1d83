import { BreakpointObserver } from '@angular/cdk/layout';
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { Router, RouterLink } from '@angular/router';
import type { StatsWindow } from '../../../../contracts/stats.ts';
import { Theme } from '../frame/theme.ts';
import { liveQuery } from '../live/live-query.ts';
import { Permissions } from '../live/permissions.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { exactTime, formatDuration } from '../ui/duration.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { stateLooks } from '../ui/state-look.ts';
import { chartsOf } from './chart-data.ts';
import { dependencyWords, HealthApi, workerHealth } from './health.ts';
import { incidentsOf } from './incidents.ts';
import { laneWord } from './lane-words.ts';
import { stepLabel, stepSpan, windowChoice, windowChoices } from './series.ts';
import { StatsTable } from './stats-table.ts';
import { TimeChart } from './time-chart.ts';
import { shownLocale } from '../ui/locale.ts';
import { ShownNumber } from '../ui/number.ts';

const healthEveryMs = 10_000;
const incidentsEveryMs = 15_000;
const statesShown = ['scheduled', 'queued', 'running', 'retrying', 'dead-lettered'] as const;

/** How the whole is doing: what goes through, how fast, what waits, what fails, and who does not answer. */
@Component({
  selector: 'app-overview-page',
  imports: [Icon, ProblemNote, RelativeTime, RouterLink, ShownNumber, StatsTable, TimeChart],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './overview-page.html',
  styleUrl: './overview-page.scss',
})
export class OverviewPage {
  /** From the address: how far back. */
  readonly window = input<string>();
  protected readonly types = inject(TaskTypes);
  protected readonly isOperator = inject(Permissions).isOperator;
  readonly #api = inject(Tasks).client.api;
  readonly #health = inject(HealthApi);
  readonly #router = inject(Router);
  readonly #media = inject(BreakpointObserver);
  readonly #theme = inject(Theme).name;
  protected readonly windowChoices = windowChoices;
  protected readonly dependencyWords = dependencyWords;
  protected readonly looks = stateLooks;
  protected readonly statesShown = statesShown;
  protected readonly choice = computed(() => windowChoice(this.window()));

  protected readonly stats = liveQuery({
    params: () => this.choice().name,
    load: (window: StatsWindow) => this.#api.getStats(window),
    everyMs: () => this.choice().everyMs,
    keeps: true,
  });
  protected readonly health = liveQuery({
    params: () => undefined,
    load: () => this.#health.get(),
    everyMs: () => healthEveryMs,
  });
  readonly #trouble = liveQuery({
    params: () => this.choice().name,
    load: async () => {
      const [letters, replays] = await Promise.all([
        this.#api.listDeadLetters({ limit: 1 }),
        this.#api.listReplays({ limit: 50 }),
      ]);
      return { groups: letters.groups, replays: replays.replays };
    },
    on: ({ kind }) => kind === 'dead-lettered',
    everyMs: () => incidentsEveryMs,
    keeps: true,
  });

  readonly #isDark = toSignal(this.#media.observe('(prefers-color-scheme: dark)'));
  readonly #calm = toSignal(this.#media.observe('(prefers-reduced-motion: reduce)'));
  protected readonly isStill = computed(() => this.#calm()?.matches ?? false);
  /** Moves with every change of colours. */
  protected readonly theme = computed(() => `${this.#theme()} ${this.#isDark()?.matches ?? false}`);
  protected readonly pointed = signal<number | undefined>(undefined);
  protected readonly labels = computed(() => {
    const stats = this.stats.value();
    return stats === undefined ? [] : stats.series.points.map(({ at }) => stepLabel(at, stats.window));
  });
  protected readonly charts = computed(() => {
    const stats = this.stats.value();
    return stats === undefined ? [] : chartsOf(stats);
  });
  /** The moment that all charts tell of. */
  protected readonly moment = computed(() => {
    const index = this.pointed();
    const point = index === undefined ? undefined : this.stats.value()?.series.points[index];
    return point === undefined ? undefined : exactTime(point.at).replace(/\.\d{3}/, '');
  });
  protected readonly workers = computed(() => {
    const stats = this.stats.value();
    return stats && workerHealth(stats);
  });
  protected readonly lanes = computed(() => {
    const lanes = this.stats.value()?.backlog.lanes ?? [];
    const most = Math.max(1, ...lanes.map(({ queued }) => queued));
    return lanes.map((lane) => ({ ...lane, word: laneWord(lane.lane), share: (lane.queued / most) * 100 }));
  });
  protected readonly failures = computed(() => {
    const failures = this.stats.value()?.failures ?? [];
    const most = Math.max(1, ...failures.map(({ retried, deadLettered }) => retried + deadLettered));
    return failures.map((failure) => ({
      ...failure,
      retriedShare: (failure.retried / most) * 100,
      deadShare: (failure.deadLettered / most) * 100,
    }));
  });
  protected readonly incidents = computed(() => {
    const [stats, trouble] = [this.stats.value(), this.#trouble.value()];
    if (stats === undefined || trouble === undefined) return undefined;
    return incidentsOf(stats.from, trouble.groups, trouble.replays, this.health.value());
  });

  protected duration(ms: number | undefined): string {
    return ms === undefined ? '–' : formatDuration(ms);
  }

  protected rate(perMinute: number): string {
    return perMinute.toLocaleString(shownLocale(), { maximumFractionDigits: perMinute < 10 ? 1 : 0 });
  }

  protected open(index: number): void {
    const stats = this.stats.value();
    if (stats?.series.points[index] === undefined) return;
    void this.#router.navigate(['/tasks'], { queryParams: stepSpan(stats, index) });
  }
}
