import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from '../ui/clock.ts';
import { Countdown } from '../ui/countdown.ts';
import { exactTime } from '../ui/duration.ts';
import { RelativeTime } from '../ui/relative-time.ts';

const closeMs = 90_000;

/** When a schedule runs next: close to it, counted down. */
@Component({
  selector: 'app-next-run',
  imports: [Countdown, RelativeTime],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (isClose()) {
      <app-countdown [to]="time()" [title]="exact()" />
    } @else {
      <app-relative-time [at]="at()" />
    }
  `,
})
export class NextRun {
  /** ISO 8601. */
  readonly at = input.required<string>();
  readonly #clock = inject(Clock);
  protected readonly time = computed(() => Date.parse(this.at()));
  protected readonly exact = computed(() => exactTime(this.at()));
  protected readonly isClose = computed(() => this.time() - this.#clock.now() < closeMs);
}
