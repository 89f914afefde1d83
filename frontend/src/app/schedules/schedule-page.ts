import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import type { Schedule } from '../../../../contracts/schedule.ts';
import { liveQuery } from '../live/live-query.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { exactTime } from '../ui/duration.ts';
import { Icon } from '../ui/icon.ts';
import { JsonView } from '../ui/json-view.ts';
import { deliveryWords, priorityWords } from '../ui/option-words.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { TaskRow } from '../ui/task-row.ts';
import { CronWords } from './cron-words.ts';
import { missedRunsLook } from './missed-runs.ts';
import { NextRun } from './next-run.ts';
import { RunTimes } from './run-times.ts';
import { ScheduleChanges } from './schedule-changes.ts';
import { isAbout, untilNextRun } from './schedules-page.ts';

const runsAtFirst = 25;
const mostRuns = 500;

/** One schedule: when it runs, what it runs, and how its runs went. */
@Component({
  selector: 'app-schedule-page',
  imports: [CronWords, Icon, JsonView, MatButton, NextRun, ProblemNote, RelativeTime, RouterLink, RunTimes, TaskRow],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './schedule-page.html',
  styleUrl: './schedule-page.scss',
})
export class SchedulePage {
  readonly id = input.required<string>();
  protected readonly types = inject(TaskTypes);
  protected readonly changes = inject(ScheduleChanges);
  readonly #tasks = inject(Tasks);
  readonly #router = inject(Router);
  protected readonly schedule = liveQuery({
    params: this.id,
    load: (id) => this.#tasks.client.schedules.get(id),
    on: (event, schedule) => schedule !== undefined && isAbout(event, [schedule]),
    everyMs: (schedule) => schedule && untilNextRun([schedule], Date.now()),
  });
  protected readonly limit = signal(runsAtFirst);
  protected readonly runs = liveQuery({
    params: () => ({ schedule: this.id(), limit: this.limit() }),
    load: (query) => this.#tasks.client.api.listTasks(query),
    on: ({ taskId, kind }, page) => kind !== 'progress' && (page?.tasks ?? []).some(({ id }) => id === taskId),
    everyMs: () => this.#untilNext(),
    keeps: true,
  });
  protected readonly isGoing = computed(() => this.changes.going().has(this.id()));
  protected readonly missed = computed(() => missedRunsLook(this.schedule.value()?.missedRuns ?? 'skip'));
  /** What is asked for beside type and payload. */
  protected readonly options = computed(() => {
    const { priority, maxAttempts, tags, orderingKey, concurrencyKey, delivery, expiresIn, callbackUrl } =
      this.schedule.value() ?? {};
    const all: Record<string, string | number | undefined> = {
      [$localize`Priority`]: priority && priorityWords[priority],
      [$localize`Attempts`]: maxAttempts,
      [$localize`Tags`]: tags?.join(', '),
      [$localize`Ordering key`]: orderingKey,
      [$localize`Concurrency key`]: concurrencyKey,
      [$localize`Delivery`]: delivery && deliveryWords[delivery],
      [$localize`Expires after`]: typeof expiresIn === 'number' ? $localize`${expiresIn}:seconds: s` : expiresIn,
      [$localize`Callback`]: callbackUrl,
    };
    return Object.entries(all).filter(([, value]) => value !== undefined && value !== '');
  });

  protected exact(iso: string): string {
    return exactTime(iso);
  }

  protected showMore(): void {
    this.limit.update((limit) => Math.min(mostRuns, limit * 3));
  }

  protected async toggle(schedule: Schedule): Promise<void> {
    const show = (as: Schedule) => {
      this.schedule.put(as);
      return () => this.schedule.put(schedule);
    };
    await (schedule.paused ? this.changes.resume(schedule, show) : this.changes.pause(schedule, show));
    await Promise.all([this.schedule.refresh(), this.runs.refresh()]);
  }

  protected async run(schedule: Schedule): Promise<void> {
    await this.changes.run(schedule);
    await Promise.all([this.schedule.refresh(), this.runs.refresh()]);
  }

  protected delete(schedule: Schedule): void {
    this.changes.delete(schedule);
    void this.#router.navigateByUrl('/schedules');
  }

  #untilNext(): number | undefined {
    const schedule = this.schedule.value();
    return schedule && untilNextRun([schedule], Date.now());
  }
}
