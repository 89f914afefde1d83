import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Task } from '../../../../contracts/task.ts';
import { TaskTypes } from '../live/task-types.ts';
import { SignIn } from '../live/who.ts';
import { Countdown } from './countdown.ts';
import { formatDuration } from './duration.ts';
import { ProgressLine } from './progress-line.ts';
import { RelativeTime } from './relative-time.ts';
import { StateBadge } from './state-badge.ts';
import { stateLooks } from './state-look.ts';
import { taskSummary } from './task-summary.ts';

/** One task of a list, as a link to its page. Columns are fixed, so that nothing moves when a value changes. */
@Component({
  selector: 'app-task-row',
  imports: [Countdown, ProgressLine, RelativeTime, RouterLink, StateBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.slim]': 'isSlim()' },
  templateUrl: './task-row.html',
  styleUrl: './task-row.scss',
})
export class TaskRow {
  readonly task = input.required<Task>();
  /** Without the columns for which a narrow place has no room. */
  readonly isSlim = input(false);
  readonly #types = inject(TaskTypes);
  readonly #who = inject(SignIn).who;
  /** Whose it is, told to those who see the tasks of all. */
  protected readonly otherOwner = computed(() => {
    const [{ isOperator, owner }, task] = [this.#who(), this.task()];
    return isOperator && task.owner !== owner ? task.owner : undefined;
  });
  protected readonly title = computed(() => this.#types.title(this.task().type));
  /** What stands in the title already is not said again. */
  protected readonly summary = computed(() => {
    const [summary, about] = [taskSummary(this.task()), this.task().about];
    return about !== undefined && summary.startsWith(about.replace(/…$/, '')) ? '' : summary;
  });
  protected readonly color = computed(() => stateLooks[this.task().state].color);
  protected readonly due = computed(() => {
    const { state, nextAttemptAt, scheduledFor } = this.task();
    const at = state === 'retrying' ? nextAttemptAt : state === 'scheduled' ? scheduledFor : undefined;
    return at === undefined ? undefined : Date.parse(at);
  });
  protected readonly duration = computed(() => {
    const { startedAt, finishedAt } = this.task();
    if (startedAt === undefined || finishedAt === undefined) return '';
    return formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));
  });
}
