import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Clock } from './clock.ts';
import { exactTime, relativeTime } from './duration.ts';

/** How long ago, with the exact time on hover. */
@Component({
  selector: 'app-relative-time',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<time [attr.datetime]="at()" [title]="exact()">{{ relative() }}</time>`,
  styles: `
    :host {
      white-space: nowrap;
    }
  `,
})
export class RelativeTime {
  /** ISO 8601. */
  readonly at = input.required<string>();
  readonly #clock = inject(Clock);
  protected readonly exact = computed(() => exactTime(this.at()));
  protected readonly relative = computed(() => relativeTime(Date.parse(this.at()), this.#clock.now()));
}
