import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, input, signal } from '@angular/core';
import { Clock } from './clock.ts';
import { formatDuration } from './duration.ts';

/** Time left until a moment, ten times a second; `now` when it has come. */
@Component({
  selector: 'app-countdown',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `{{ left() }}`,
})
export class Countdown {
  /** Milliseconds since 1970, by the server's clock. */
  readonly to = input.required<number>();
  readonly #clock = inject(Clock);
  readonly #now = signal(this.#clock.exactly());
  protected readonly left = computed(() => {
    const ms = this.to() - this.#now();
    return ms <= 0
      ? $localize`now`
      : $localize`in ${formatDuration(ms < 10_000 ? Math.ceil(ms / 100) * 100 : Math.ceil(ms / 1000) * 1000)}:duration:`;
  });

  constructor() {
    const timer = setInterval(() => this.#now.set(this.#clock.exactly()), 100);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
