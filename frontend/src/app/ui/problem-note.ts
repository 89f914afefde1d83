import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { signInAddress } from '../live/who.ts';
import { Icon } from './icon.ts';
import { ServerTextPipe } from './server-text-pipe.ts';

/** What went wrong and what to do, with a way to try again where there is one. */
@Component({
  selector: 'app-problem-note',
  imports: [Icon, MatButton, ServerTextPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'alert' },
  template: `
    <app-icon name="alert" [size]="20" />
    <div class="text">
      <strong>{{ heading() }}</strong>
      <p>{{ detail() | serverText }}</p>
      <ng-content />
    </div>
    @if (asksToSignIn()) {
      <a i18n matButton="filled" [href]="signInAddress">Sign in</a>
    }
    @if (canRetry()) {
      <button i18n matButton="outlined" type="button" (click)="retried.emit()">Try again</button>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: start;
      gap: 12px;
      padding: 12px 16px;
      border: 1px solid color-mix(in srgb, var(--state-dead-lettered) 35%, transparent);
      border-radius: var(--radius-small);
      background: color-mix(in srgb, var(--state-dead-lettered) 7%, var(--surface));
    }
    app-icon {
      margin-top: 1px;
      color: var(--state-dead-lettered);
    }
    .text {
      flex: 1 1 200px;
      min-width: 0;
    }
  `,
})
export class ProblemNote {
  readonly heading = input.required<string>();
  readonly detail = input.required<string>();
  readonly canRetry = input(false);
  readonly retried = output();
  readonly #page = inject(DOCUMENT);
  /** The server says so of whoever is not signed in, or no longer. */
  protected readonly asksToSignIn = computed(() => this.detail().includes('/.auth/login/'));

  /** When it is followed: the page that it is to lead back to changes. */
  protected get signInAddress(): string {
    return signInAddress(this.#page);
  }
}
