import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Clock } from '../ui/clock.ts';
import { Icon } from '../ui/icon.ts';
import { BulkJobs, type Job } from './bulk-jobs.ts';
import { formatNumber } from '../ui/number.ts';

/** What is being done to many tasks, and how far it is. */
@Component({
  selector: 'app-job-list',
  imports: [Icon, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @for (job of jobs(); track job.id) {
      <section class="card" [class.failed]="job.state === 'failed'" [attr.aria-label]="job.title">
        <span class="words" role="status">{{ job.title }}</span>
        @if (job.state === 'running' || job.state === 'waiting') {
          <progress [max]="job.total || 1" [value]="job.done + job.refused" [attr.aria-label]="job.title"></progress>
        }
        <span class="muted">{{ job.detail }}</span>
        @if (job.planId; as planId) {
          <a [routerLink]="['/dead-letters/replays', planId]" i18n>Its plan</a>
        }
        @switch (job.state) {
          @case ('waiting') {
            <button type="button" class="quiet-button strong" (click)="all.stop(job.id)" i18n>Undo</button>
          }
          @case ('running') {
            <button type="button" class="quiet-button" (click)="all.stop(job.id)" i18n>Stop</button>
          }
          @default {
            <button type="button" class="quiet-button" (click)="all.dismiss(job.id)">
              <app-icon name="close" [size]="16" /><span class="visually-hidden" i18n>Dismiss</span>
            </button>
          }
        }
      </section>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 8px;
    }
    :host:empty {
      display: none;
    }
    section {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 16px;
      align-items: center;
      min-height: 44px;
      padding: 4px 8px 4px 16px;
    }
    .words {
      font-weight: 550;
    }
    progress {
      flex: 1 1 120px;
      max-width: 320px;
      height: 6px;
      accent-color: var(--accent);
    }
    button,
    .quiet-button {
      margin-left: auto;
    }
    .strong {
      color: var(--accent);
      font-weight: 650;
    }
    .failed {
      border-color: var(--state-dead-lettered);
    }
  `,
})
export class JobList {
  protected readonly all = inject(BulkJobs);
  readonly #clock = inject(Clock);
  protected readonly jobs = computed(() =>
    this.all.all().map((job) => ({ ...job, title: this.#title(job), detail: detailOf(job) })),
  );

  #title({ kind, state, total, beginsAt = 0 }: Job): string {
    const count = formatNumber(total);
    const seconds = Math.max(1, Math.ceil((beginsAt - this.#clock.now()) / 1000));
    if (state === 'waiting') {
      return total === 1
        ? $localize`1 task will be cancelled in ${seconds}:seconds: s`
        : $localize`${count}:count: tasks will be cancelled in ${seconds}:seconds: s`;
    }
    const titles: Record<Job['kind'], { readonly one: string; readonly many: string }> = {
      cancel: { one: $localize`Cancelling 1 task`, many: $localize`Cancelling ${count}:count: tasks` },
      replay: { one: $localize`Replaying 1 task`, many: $localize`Replaying ${count}:count: tasks` },
      export: { one: $localize`Exporting 1 task`, many: $localize`Exporting ${count}:count: tasks` },
    };
    return total === 1 ? titles[kind].one : titles[kind].many;
  }
}

function detailOf({ state, done, refused, problem, beginsAt }: Job): string {
  if (state === 'waiting') return beginsAt === undefined ? '' : $localize`Nothing has been changed yet.`;
  const parts = [$localize`${formatNumber(done)}:count: done`];
  if (refused === 1) parts.push($localize`1 had ended or changed, and was left as it is`);
  else if (refused > 0)
    parts.push($localize`${formatNumber(refused)}:count: had ended or changed, and were left as they are`);
  if (state === 'stopped') parts.push($localize`stopped`);
  if (problem !== undefined) parts.push(problem);
  return parts.join(' · ');
}
