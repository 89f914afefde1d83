import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, input, signal } from '@angular/core';
import { formatDuration } from './duration.ts';

/** Time left until a moment, ten times a second; `now` when it has come. */
@Component({
  selector: 'app-countdown',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `{{ left() }}`,
})
export class Countdown {
  /** Milliseconds since 1970. */
  readonly to = input.required<number>();
  readonly #now = signal(Date.now());
  protected readonly left = computed(() => {
    const ms = this.to() - this.#now();
    return ms <= 0
      ? 'now'
      : `in ${formatDuration(ms < 10_000 ? Math.ceil(ms / 100) * 100 : Math.ceil(ms / 1000) * 1000)}`;
  });

  constructor() {
    const timer = setInterval(() => this.#now.set(Date.now()), 100);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
