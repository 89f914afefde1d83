import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import type { AttemptError } from '../../../../contracts/task-event.ts';
import { Permissions } from '../live/permissions.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { ServerTextPipe } from '../ui/server-text-pipe.ts';

/** What each attempt failed with, the last one first; for operators with where in the code. */
@Component({
  selector: 'app-attempt-errors',
  imports: [CopyButton, RelativeTime, ServerTextPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ol>
      @for (error of errors(); track $index) {
        <li>
          <p>
            <strong i18n>Attempt {{ error.attempt }}</strong>
            <app-relative-time class="muted" [at]="error.at" /> <code class="muted">{{ error.code }}</code>
          </p>
          <p class="message">{{ error.message | serverText }}</p>
          @if (error.stack; as stack) {
            <details>
              <summary i18n>Where in the code</summary>
              <pre tabindex="0">{{ stack }}</pre>
              <app-copy-button label="Copy the stack" i18n-label [text]="textOf(stack)" />
            </details>
          }
        </li>
      } @empty {
        <li class="muted">
          <ng-content><ng-container i18n>No attempt has failed.</ng-container></ng-content>
        </li>
      }
    </ol>
    @if (!isOperator() && errors().length > 0) {
      <p class="muted" i18n>Where in the code it failed is shown to people with the role “operator”.</p>
    }
  `,
  styles: `
    :host,
    ol {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 12px;
    }
    li {
      padding-left: 12px;
      border-left: 3px solid color-mix(in srgb, var(--state-dead-lettered) 40%, transparent);
    }
    li.muted {
      border-color: var(--line);
    }
    p > * + * {
      margin-left: 10px;
    }
    .message {
      unicode-bidi: isolate;
      overflow-wrap: anywhere;
      white-space: pre-wrap;
    }
    summary {
      min-height: 28px;
      color: var(--text-muted);
      cursor: pointer;
    }
    pre {
      max-height: 320px;
      padding: 10px 12px;
      overflow: auto;
      border: 1px solid var(--line);
      border-radius: var(--radius-small);
      background: var(--surface-sunken);
    }
  `,
})
export class AttemptErrors {
  readonly errors = input.required<readonly AttemptError[]>();
  protected readonly isOperator = inject(Permissions).isOperator;
  protected readonly textOf = (text: string) => () => text;
}
