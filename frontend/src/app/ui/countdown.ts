import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, input, linkedSignal, signal } from '@angular/core'; // prettier-ignore
import { Clock } from './clock.ts';
import { formatDuration } from './duration.ts';

/** Time left until a moment, in whole seconds; `now` when it has come. */
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
  readonly #seconds = linkedSignal<{ readonly to: number; readonly now: number }, number>({
    source: () => ({ to: this.to(), now: this.#now() }),
    computation: ({ to, now }, before) => {
      const seconds = Math.max(0, Math.ceil((to - now) / 1000));
      // A second more than a moment ago: the server's clock has become known better, which is no reason to count up.
      return before?.source.to === to && seconds === before.value + 1 ? before.value : seconds;
    },
  });
  protected readonly left = computed(() =>
    this.#seconds() === 0 ? $localize`now` : $localize`in ${formatDuration(this.#seconds() * 1000)}:duration:`,
  );

  constructor() {
    const timer = setInterval(() => this.#now.set(this.#clock.exactly()), 100);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
