import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

const height = 32;

/** Counts over equal parts of time as small bars; the highest fills the height. */
@Component({
  selector: 'app-sparkline',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'img', '[attr.aria-label]': 'label()', '[attr.title]': 'label()' },
  template: `
    <svg [attr.viewBox]="'0 0 ' + counts().length * 5 + ' ' + height" preserveAspectRatio="none" aria-hidden="true">
      @for (bar of bars(); track $index) {
        <rect [attr.x]="$index * 5" width="4" [attr.y]="height - bar" [attr.height]="bar" [class.none]="bar <= 1" />
      }
    </svg>
  `,
  styles: `
    :host {
      display: block;
      width: 120px;
      height: 32px;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      fill: var(--state-dead-lettered);
    }
    .none {
      fill: var(--line-strong);
    }
  `,
})
export class Sparkline {
  readonly counts = input.required<readonly number[]>();
  /** What the bars say, in words. */
  readonly label = input.required<string>();
  protected readonly height = height;
  protected readonly bars = computed(() => {
    const most = Math.max(1, ...this.counts());
    return this.counts().map((count) => (count === 0 ? 1 : Math.max(3, (count / most) * height)));
  });
}
