import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Task } from '../../../../contracts/task.ts';
import { isEnded } from '../../../../client/index.ts';
import type { Attempt } from '../live/attempts.ts';
import { Countdown } from '../ui/countdown.ts';
import { formatDuration } from '../ui/duration.ts';
import { Icon } from '../ui/icon.ts';
import { ProgressLine } from '../ui/progress-line.ts';
import { ServerTextPipe } from '../ui/server-text-pipe.ts';
import { stateLooks } from '../ui/state-look.ts';
import type { Hop, Journey } from './journey.ts';

/** More attempts than this are told as a number. */
const attemptsShown = 3;

/** The same way in words and numbers. */
@Component({
  selector: 'app-journey-steps',
  imports: [Countdown, Icon, ProgressLine, ServerTextPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './journey-steps.html',
  styleUrl: './journey-steps.scss',
})
export class JourneySteps {
  readonly journey = input.required<Journey>();
  readonly task = input<Task | undefined>();

  protected readonly looks = stateLooks;
  protected readonly hiddenAttempts = computed(() => Math.max(0, this.journey().attempts.length - attemptsShown));
  protected readonly attempts = computed(() => this.journey().attempts.slice(this.hiddenAttempts()));
  protected readonly isOver = computed(() => isEnded(this.task()?.state ?? 'queued'));
  /** When it is due: a scheduled task, or the next attempt. Milliseconds since 1970. */
  protected readonly due = computed(() => {
    const task = this.task();
    const at =
      task?.state === 'retrying' ? task.nextAttemptAt : task?.state === 'scheduled' ? task.scheduledFor : undefined;
    return at === undefined ? undefined : Date.parse(at);
  });

  protected color({ outcome }: Attempt): string {
    return outcome === 'retrying' ? stateLooks['dead-lettered'].color : stateLooks[outcome].color;
  }

  protected time({ ms }: Hop): string {
    return ms === undefined ? '' : formatDuration(ms);
  }

  protected estimate(hop: Hop): string {
    return hop.ms === undefined ? '' : `${this.journey().isEstimate ? '≈ ' : ''}${formatDuration(hop.ms)}`;
  }

  protected duration({ startedAt, endedAt }: Attempt): string {
    return endedAt === undefined ? '' : formatDuration(endedAt - startedAt);
  }
}
