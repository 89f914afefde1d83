import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Task } from '../../../../contracts/task.ts';
import { formatBytes } from '../ui/bytes.ts';
import { formatDuration } from '../ui/duration.ts';
import { stateLooks } from '../ui/state-look.ts';
import type { Hop, HopState, Journey } from './journey.ts';

interface Station {
  readonly name: string;
  readonly note: string;
  readonly x: number;
  readonly y: number;
  readonly state: HopState;
}

interface Line {
  readonly path: string;
  readonly state: HopState;
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** Centres of columns and rows, in the picture's own units. */
const column = { left: 66, middle: 230, right: 394 };
const row = { top: 30, middle: 138, bottom: 246 };

/** The hops as a round trip: what is reached is lit, what happens now moves. */
@Component({
  selector: 'app-journey-picture',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[style.--end]': 'endColor()' },
  templateUrl: './journey-picture.html',
  styleUrl: './journey-picture.scss',
})
export class JourneyPicture {
  readonly journey = input.required<Journey>();
  readonly task = input<Task | undefined>();

  protected readonly endColor = computed(() => stateLooks[this.task()?.state ?? 'running'].color);
  /** 0 to 1, of the attempt that runs. */
  protected readonly progress = computed(() => {
    const task = this.task();
    return task?.state === 'running' ? (task.progress?.percent ?? 0) / 100 : 0;
  });
  protected readonly failures = computed(
    () => this.journey().attempts.filter(({ error }) => error !== undefined).length,
  );

  protected readonly lines = computed((): readonly Line[] => {
    const { stored, queued, taken, worked, back, attempts } = this.journey();
    const { left, middle, right } = column;
    const { top, bottom } = row;
    const read: Hop = { state: attempts.length > 0 ? 'done' : 'ahead' };
    const events: HopState = back.ms !== undefined ? 'done' : worked.state === 'ahead' ? 'ahead' : 'active';
    return [
      { path: `M128 ${top}H166`, state: stored.state, label: '', x: 0, y: 0 },
      { path: `M${middle} 56V112`, state: stored.state, label: this.#time(stored), x: middle, y: 84 },
      { path: `M294 ${top}H380q14 0 14 14V112`, state: queued.state, label: this.#time(queued), x: 345, y: top },
      { path: `M${right} 164V232q0 14-14 14H304`, state: taken.state, label: this.#time(taken), x: right, y: 205 },
      { path: `M${middle} 164V214`, state: read.state, label: '', x: 0, y: 0 },
      { path: `M156 ${bottom}H128`, state: events, label: '', x: 0, y: 0 },
      {
        path: `M${left} 220V56`,
        state: back.ms !== undefined ? 'done' : events,
        label: this.#time(back),
        x: left,
        y: 138,
      },
    ];
  });

  protected readonly stations = computed((): readonly Station[] => {
    const { stored, queued, taken, worked, back } = this.journey();
    const task = this.task();
    const { left, middle, right } = column;
    const bytes =
      task === undefined ? $localize`keeps the payload` : $localize`${formatBytes(task.payloadBytes)}:bytes: payload`;
    const outcome = task?.state === 'completed' ? $localize`have the result` : $localize`know how it ended`;
    const youNote = back.ms === undefined ? $localize`in the browser` : outcome;
    const own = (hop: Hop): HopState => (hop.state === 'done' ? 'done' : 'ahead');
    return [
      {
        name: $localize`You`,
        note: youNote,
        x: left,
        y: row.top,
        state: stored.state === 'ahead' ? 'ahead' : 'done',
      },
      { name: 'SendMessage', note: $localize`checks and stores`, x: middle, y: row.top, state: stored.state },
      { name: 'Redis', note: bytes, x: middle, y: row.middle, state: own(stored) },
      {
        name: 'Service Bus',
        note: $localize`carries the ID`,
        x: right,
        y: row.middle,
        state: taken.state === 'active' ? 'active' : own(queued),
      },
      {
        name: 'SignalR',
        note: $localize`brings the events`,
        x: left,
        y: row.bottom,
        state: worked.state === 'ahead' ? 'ahead' : 'done',
      },
    ];
  });

  protected readonly work = computed(() => {
    const task = this.task();
    const attempt = this.journey().attempts.at(-1);
    if (task === undefined || attempt === undefined) return { state: 'ahead', note: $localize`runs the handler` };
    const of = $localize`attempt ${task.attempt}:attempt: of ${task.maxAttempts}:most:`;
    const ms = this.journey().worked.ms;
    if (ms !== undefined) return { state: 'done', note: `${of} · ${formatDuration(ms)}` };
    if (task.state === 'retrying') return { state: 'active', note: $localize`${of}:attempt: failed` };
    return { state: 'active', note: of };
  });

  #time(hop: Hop): string {
    return hop.ms === undefined ? '' : formatDuration(hop.ms);
  }
}
