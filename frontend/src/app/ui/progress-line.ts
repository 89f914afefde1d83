import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Progress } from '../../../../contracts/task.ts';
import { serverText } from './server-text.ts';

/** How far a running task is: a line, the percent, and what is being done. */
@Component({
  selector: 'app-progress-line',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span
      class="line"
      role="progressbar"
      aria-valuemin="0"
      aria-valuemax="100"
      [attr.aria-valuenow]="percent()"
      [attr.aria-valuetext]="message()"
      aria-label="Progress"
      i18n-aria-label
    >
      <span class="done" [style.width.%]="progress().percent"></span>
    </span>
    <span class="percent">{{ percent() }} %</span>
    @if (message(); as message) {
      <span class="message" [title]="message">{{ message }}</span>
    }
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: 8px;
      min-width: 0;
      font-size: 13px;
    }
    .line {
      flex: 0 1 120px;
      min-width: 48px;
      height: 6px;
      overflow: hidden;
      border-radius: 3px;
      background: color-mix(in srgb, var(--state-running) 18%, transparent);
    }
    .done {
      display: block;
      height: 100%;
      border-radius: 3px;
      background: var(--state-running);
      transition: width 150ms linear;
    }
    .percent {
      flex: none;
      min-width: 4ch;
      color: var(--state-running);
      font-weight: 550;
    }
    .message {
      overflow: hidden;
      unicode-bidi: isolate;
      color: var(--text-muted);
      text-overflow: ellipsis;
      white-space: nowrap;
    }
  `,
})
export class ProgressLine {
  readonly progress = input.required<Progress>();
  /** Computed, so that it is looked up once for each. */
  protected readonly message = computed(() => serverText(this.progress().message ?? ''));
  protected percent(): number {
    return Math.round(this.progress().percent);
  }
}
