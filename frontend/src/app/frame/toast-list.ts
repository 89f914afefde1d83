import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { ToastCard } from './toast-card.ts';
import { Toasts } from './toasts.ts';

/** The corner where toasts appear. The list itself is always there, so that screen readers notice what comes in. */
@Component({
  selector: 'app-toast-list',
  imports: [ToastCard],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'log', 'aria-live': 'polite', '[attr.aria-label]': 'label' },
  template: `
    @for (toast of toasts.shown(); track toast.id) {
      <app-toast-card [toast]="toast" (dismissed)="toasts.dismiss(toast.id)" />
    }
  `,
  styles: `
    :host {
      position: fixed;
      right: 16px;
      bottom: 16px;
      z-index: 2000;
      display: flex;
      flex-direction: column;
      gap: 8px;
      width: min(420px, calc(100vw - 32px));
      pointer-events: none;
    }
    /* Above a bar of actions, whose buttons are what a person reaches for next. */
    :host-context(body:has(app-bulk-bar)) {
      bottom: 88px;
    }
    @media (width < 800px) {
      :host {
        bottom: calc(var(--bottom-bar) + env(safe-area-inset-bottom) + 12px);
      }
      :host-context(body:has(app-bulk-bar)) {
        bottom: calc(var(--bottom-bar) + env(safe-area-inset-bottom) + 120px);
      }
    }
  `,
})
export class ToastList {
  protected readonly toasts = inject(Toasts);
  protected readonly label = $localize`News`;
}
