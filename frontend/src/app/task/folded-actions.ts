import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Icon } from '../ui/icon.ts';
import { WhyNot } from '../ui/why-not.ts';

export interface FoldedAction {
  readonly word: string;
  readonly whyNot: string;
}

/** Actions that cannot be taken now, each with the reason: in a menu, where buttons that do nothing would fill a small screen. */
@Component({
  selector: 'app-folded-actions',
  imports: [Icon, MatButton, MatMenu, MatMenuItem, MatMenuTrigger, WhyNot],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button
      matButton
      type="button"
      class="opener"
      [matMenuTriggerFor]="menu"
      aria-label="What cannot be done now"
      i18n-aria-label
      title="What cannot be done now"
      i18n-title
    >
      <app-icon name="more" />
    </button>
    <mat-menu #menu="matMenu">
      @for (action of actions(); track action.word) {
        <button mat-menu-item type="button" [appWhyNot]="action.whyNot">
          <span class="word">{{ action.word }}</span>
          <small>{{ action.whyNot }}</small>
        </button>
      }
    </mat-menu>
  `,
  styles: `
    .opener {
      min-width: 44px;
      padding: 0 8px;
    }
    .opener app-icon {
      vertical-align: middle;
    }
    .word,
    small {
      display: block;
      line-height: 1.35;
    }
    small {
      font-size: 12px;
    }
    [mat-menu-item] {
      padding-block: 6px;
      opacity: 1;
      --mat-menu-item-label-text-color: var(--text-muted);
    }
  `,
})
export class FoldedActions {
  readonly actions = input.required<readonly FoldedAction[]>();
}
