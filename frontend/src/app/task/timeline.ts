import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import type { Task } from '../../../../contracts/task.ts';
import { isEnded } from '../../../../client/index.ts';
import { attemptsOf } from '../live/attempts.ts';
import { Clock } from '../ui/clock.ts';
import { Countdown } from '../ui/countdown.ts';
import { formatDuration } from '../ui/duration.ts';
import { stateLooks } from '../ui/state-look.ts';

/** Nothing that took time is drawn thinner than this, in percent of the whole. */
const thinnest = 0.6;

/** What happened to a task, attempt by attempt, on one time axis. */
@Component({
  selector: 'app-timeline',
  imports: [Countdown],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './timeline.html',
  styleUrl: './timeline.scss',
})
export class Timeline {
  readonly task = input.required<Task>();
  /** Oldest first, without progress. */
  readonly events = input.required<readonly TaskEvent[]>();
  readonly #clock = inject(Clock);

  readonly #start = computed(() => Date.parse(this.task().createdAt));
  readonly #end = computed(() => {
    const { finishedAt } = this.task();
    if (finishedAt !== undefined) return Date.parse(finishedAt);
    const last = Date.parse(this.events().at(-1)?.at ?? this.task().createdAt);
    return Math.max(this.#clock.now(), last);
  });
  protected readonly whole = computed(() => Math.max(1, this.#end() - this.#start()));
  protected readonly total = computed(() => formatDuration(this.whole()));
  protected readonly isOver = computed(() => isEnded(this.task().state));

  protected readonly queued = computed(() => {
    const { queuedAt, createdAt } = this.task();
    return queuedAt === undefined ? undefined : formatDuration(Date.parse(queuedAt) - Date.parse(createdAt));
  });

  protected readonly rows = computed(() =>
    attemptsOf(this.events()).map((attempt) => {
      const endedAt = attempt.endedAt ?? this.#end();
      const look = stateLooks[attempt.outcome];
      return {
        ...attempt,
        key: attempt.startedAt,
        word: attempt.outcome === 'retrying' ? 'failed' : look.word.toLowerCase(),
        color: attempt.outcome === 'retrying' ? 'var(--state-dead-lettered)' : look.color,
        ran: formatDuration(endedAt - attempt.startedAt),
        waited: formatDuration(attempt.waitedMs),
        wait: this.#span(attempt.startedAt - attempt.waitedMs, attempt.startedAt),
        run: this.#span(attempt.startedAt, endedAt),
      };
    }),
  );
  /** What happened outside of attempts: expired or cancelled while waiting, replayed. */
  protected readonly others = computed(() =>
    this.events()
      .filter(
        ({ kind, attempt }) => kind === 'expired' || kind === 'replayed' || (kind === 'cancelled' && attempt === 0),
      )
      .map(({ kind, at, cursor }) => ({ cursor, word: kind, after: formatDuration(Date.parse(at) - this.#start()) })),
  );
  protected readonly nextAt = computed(() => {
    const { state, nextAttemptAt } = this.task();
    return state === 'retrying' && nextAttemptAt !== undefined ? Date.parse(nextAttemptAt) : undefined;
  });

  /** Left edge and width in percent of the whole. */
  #span(from: number, to: number): { readonly left: number; readonly width: number } {
    const left = ((from - this.#start()) / this.whole()) * 100;
    const width = ((to - from) / this.whole()) * 100;
    return { left: Math.min(Math.max(0, left), 100 - thinnest), width: Math.min(100, Math.max(thinnest, width)) };
  }
}
