import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Refusal } from '../../../../contracts/dead-letters.ts';
import type { reasonsOf } from './plan-words.ts';
import { ShownNumber } from '../ui/number.ts';

/** Why tasks were left as they are: counted by reason, and told one by one. */
@Component({
  selector: 'app-refusal-list',
  imports: [RouterLink, ShownNumber],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @for (reason of groups(); track reason.reason) {
      <details>
        <summary>
          <strong>{{ reason.count | shownNumber }}</strong> {{ reason.word }}
        </summary>
        <ul>
          @for (refusal of reason.told; track refusal.id) {
            <li>
              <a [routerLink]="['/tasks', refusal.id]">{{ refusal.id }}</a> {{ refusal.detail }}
            </li>
          }
        </ul>
        @if (reason.count > reason.told.length) {
          <p class="muted" i18n>
            {reason.count - reason.told.length, plural,
              =1 {1 more is not told here.}
              other {{{ reason.count - reason.told.length | shownNumber }} more are not told one by one.}
            }
          </p>
        }
      </details>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 4px;
    }
    summary {
      min-height: 28px;
      color: inherit;
    }
    ul {
      display: grid;
      gap: 6px;
      max-height: 320px;
      padding: 4px 0 8px 16px;
      overflow-y: auto;
      font-size: 13px;
    }
    li a {
      margin-right: 8px;
    }
    li {
      unicode-bidi: isolate;
      overflow-wrap: anywhere;
    }
  `,
})
export class RefusalList {
  readonly reasons = input.required<ReturnType<typeof reasonsOf>>();
  readonly refusals = input.required<readonly Refusal[]>();
  protected readonly groups = computed(() =>
    this.reasons().map((reason) => ({
      ...reason,
      told: this.refusals().filter((refusal) => refusal.reason === reason.reason),
    })),
  );
}
