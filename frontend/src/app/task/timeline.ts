import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import type { Task } from '../../../../contracts/task.ts';
import { isEnded } from '../../../../client/index.ts';
import { attemptsOf } from '../live/attempts.ts';
import { TaskReceipts } from '../live/task-receipts.ts';
import { Clock } from '../ui/clock.ts';
import { Countdown } from '../ui/countdown.ts';
import { ServerTextPipe } from '../ui/server-text-pipe.ts';
import { formatDuration } from '../ui/duration.ts';
import { stateLooks } from '../ui/state-look.ts';
import { activeTime, layDead } from './active-time.ts';

/** Nothing that took time is drawn thinner than this, in percent of the whole. */
const thinnest = 0.6;

/** What happened to a task, attempt by attempt, on one time axis. */
@Component({
  selector: 'app-timeline',
  imports: [Countdown, ServerTextPipe],
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
  readonly #active = computed(() => activeTime(this.events(), this.#start()));
  protected readonly whole = computed(() => Math.max(1, this.#active()(this.#end())));
  protected readonly total = computed(() => formatDuration(this.whole()));
  protected readonly isOver = computed(() => isEnded(this.task().state));

  protected readonly queued = computed(() => {
    // A replay sets the task's own time anew.
    const queuedAt = this.events().find(({ kind }) => kind === 'queued')?.at ?? this.task().queuedAt;
    return queuedAt === undefined ? undefined : formatDuration(Date.parse(queuedAt) - this.#start());
  });

  readonly #attempts = computed(() =>
    attemptsOf(this.events()).map((attempt) => {
      const endedAt = attempt.endedAt ?? this.#end();
      const look = stateLooks[attempt.outcome];
      const { startedAt, waitedMs, number, error } = attempt;
      return {
        kind: 'attempt' as const,
        at: startedAt,
        number,
        error,
        isOpen: attempt.endedAt === undefined,
        word: attempt.outcome === 'retrying' ? $localize`failed` : look.word.toLowerCase(),
        color: attempt.outcome === 'retrying' ? 'var(--state-dead-lettered)' : look.color,
        ran: formatDuration(endedAt - startedAt),
        waited: formatDuration(waitedMs),
        wait: this.#span(startedAt - waitedMs, startedAt),
        run: this.#span(startedAt, endedAt),
      };
    }),
  );
  /** What happened outside of attempts: expired or cancelled while waiting, replayed. */
  readonly #moments = computed(() =>
    this.events()
      .filter(({ kind }, index, all) => {
        const wasRunning = all[index - 1]?.kind === 'started';
        return kind === 'replayed' || (!wasRunning && (kind === 'expired' || kind === 'cancelled'));
      })
      .map((event) => {
        const at = Date.parse(event.at);
        const text =
          event.kind === 'replayed'
            ? $localize`after it lay dead for ${formatDuration(layDead(this.events(), event))}:time:`
            : $localize`after ${formatDuration(this.#active()(at))}:time:`;
        const color = stateLooks[event.state].color;
        return { kind: 'moment' as const, at, word: event.kind, text, color, left: this.#span(at, at).left };
      }),
  );
  /** After the first line, in the order they happened; of the same millisecond, a replay comes before its attempt. */
  protected readonly rows = computed(() => [...this.#moments(), ...this.#attempts()].sort((a, b) => a.at - b.at));
  protected readonly nextAt = computed(() => {
    const { state, nextAttemptAt } = this.task();
    return state === 'retrying' && nextAttemptAt !== undefined ? Date.parse(nextAttemptAt) : undefined;
  });

  constructor() {
    inject(TaskReceipts).show(this.events);
  }

  /** Left edge and width in percent of the whole. */
  #span(from: number, to: number): { readonly left: number; readonly width: number } {
    const percent = (at: number) => (this.#active()(at) / this.whole()) * 100;
    const left = percent(from);
    const width = percent(to) - left;
    return { left: Math.min(Math.max(0, left), 100 - thinnest), width: Math.min(100, Math.max(thinnest, width)) };
  }
}
