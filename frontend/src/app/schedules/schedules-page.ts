import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { Schedule, SchedulePage } from '../../../../contracts/schedule.ts';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { liveQuery } from '../live/live-query.ts';
import { Permissions } from '../live/permissions.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { ArrowKeys } from '../ui/arrow-keys.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { StateBadge } from '../ui/state-badge.ts';
import { CronWords } from './cron-words.ts';
import { NextRun } from './next-run.ts';
import { ScheduleChanges } from './schedule-changes.ts';

const pageSize = 100;

/** Recurring tasks: when each runs next, and how the last run went. */
@Component({
  selector: 'app-schedules-page',
  imports: [
    ArrowKeys,
    CronWords,
    Icon,
    MatButton,
    MatIconButton,
    NextRun,
    ProblemNote,
    RelativeTime,
    RouterLink,
    StateBadge,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './schedules-page.html',
  styleUrl: './schedules-page.scss',
})
export class SchedulesPage {
  protected readonly types = inject(TaskTypes);
  protected readonly isOperator = inject(Permissions).isOperator;
  protected readonly changes = inject(ScheduleChanges);
  protected readonly labels = {
    run: $localize`Run now`,
    pause: $localize`Pause`,
    resume: $localize`Resume`,
    delete: $localize`Delete`,
  };
  readonly #api = inject(Tasks).client.schedules;
  readonly #cursors = signal<readonly string[]>([]);
  protected readonly list = liveQuery({
    params: this.#cursors,
    load: (cursors) => this.#load(cursors),
    on: (event, page) => isAbout(event, page?.schedules),
    everyMs: (page) => untilNextRun(page?.schedules, Date.now()),
    keeps: true,
  });
  protected readonly schedules = computed(() => {
    const going = this.changes.going();
    return this.list.value()?.schedules.filter(({ id }) => !going.has(id));
  });

  protected showMore(): void {
    const cursor = this.list.value()?.cursor;
    if (cursor !== undefined) this.#cursors.update((cursors) => [...cursors, cursor]);
  }

  protected async toggle(schedule: Schedule): Promise<void> {
    const show = (as: Schedule) => {
      this.#put(as);
      return () => this.#put(schedule);
    };
    const changed = await (schedule.paused ? this.changes.resume(schedule, show) : this.changes.pause(schedule, show));
    if (changed !== undefined) this.#put({ ...changed, ...lastRunOf(schedule) });
  }

  protected async run(schedule: Schedule): Promise<void> {
    await this.changes.run(schedule);
    await this.list.refresh();
  }

  #put(schedule: Schedule): void {
    const page = this.list.value();
    if (page === undefined) return;
    this.list.put({ ...page, schedules: page.schedules.map((one) => (one.id === schedule.id ? schedule : one)) });
  }

  async #load(cursors: readonly string[]): Promise<SchedulePage> {
    const pages = await Promise.all(
      [undefined, ...cursors].map((cursor) => this.#api.list({ limit: pageSize, ...(cursor && { cursor }) })),
    );
    const last = pages.at(-1)!;
    return { ...last, schedules: pages.flatMap(({ schedules }) => schedules) };
  }
}

/** What pausing and resuming do not answer with. */
function lastRunOf({ lastRunAt, lastTaskId, lastState }: Schedule): Partial<Schedule> {
  return {
    ...(lastRunAt !== undefined && { lastRunAt }),
    ...(lastTaskId !== undefined && { lastTaskId }),
    ...(lastState !== undefined && { lastState }),
  };
}

export function isAbout({ taskId, kind }: TaskEvent, schedules: readonly Schedule[] = []): boolean {
  return kind !== 'progress' && schedules.some(({ lastTaskId }) => lastTaskId === taskId);
}

/** Milliseconds until the list is another one by itself: when the next of them has run, and a little later. */
export function untilNextRun(schedules: readonly Schedule[] = [], now: number): number | undefined {
  const times = schedules.flatMap(({ nextRunAt }) => (nextRunAt === undefined ? [] : Date.parse(nextRunAt) - now));
  return times.length === 0 ? undefined : Math.min(3_600_000, Math.max(1_000, Math.min(...times) + 500));
}
