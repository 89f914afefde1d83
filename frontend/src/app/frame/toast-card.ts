import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  input,
  output,
  signal,
} from '@angular/core';
import { Icon, type IconName } from '../ui/icon.ts';
import type { Toast, ToastTone } from './toasts.ts';

/** Long enough to read it, and to reach its button. Milliseconds. */
const stays: Record<ToastTone, number> = { info: 6_000, success: 6_000, problem: 15_000 };
const icons: Record<ToastTone, IconName> = { info: 'bell', success: 'check', problem: 'alert' };

/** One toast; it stays while somebody points at it or has the keyboard in it. */
@Component({
  selector: 'app-toast-card',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: {
    '[class]': 'toast().tone',
    '(pointerenter)': 'isHeld.set(true)',
    '(pointerleave)': 'isHeld.set(false)',
    '(focusin)': 'isHeld.set(true)',
    '(focusout)': 'isHeld.set(false)',
  },
  template: `
    <app-icon [name]="icon()" [size]="20" />
    <span class="text">{{ toast().text }}</span>
    @if (toast().action; as action) {
      <button type="button" class="quiet-button" (click)="act(action)">{{ action.word }}</button>
    }
    <button type="button" class="quiet-button" aria-label="Dismiss" i18n-aria-label (click)="dismissed.emit()">
      <app-icon name="close" />
    </button>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: 10px;
      padding: 8px 8px 8px 14px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-small);
      background: var(--surface-raised);
      box-shadow: 0 6px 24px rgb(0 0 0 / 18%);
      pointer-events: auto;
    }
    .text {
      flex: 1;
      min-width: 0;
    }
    :host(.success) > app-icon {
      color: var(--state-completed);
    }
    :host(.problem) > app-icon {
      color: var(--state-dead-lettered);
    }
    button.quiet-button {
      color: var(--accent);
    }
  `,
})
export class ToastCard {
  readonly toast = input.required<Toast>();
  readonly dismissed = output();
  protected readonly isHeld = signal(false);
  protected readonly icon = computed(() => icons[this.toast().tone]);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      clearTimeout(this.#timer);
      if (!this.isHeld()) this.#timer = setTimeout(() => this.dismissed.emit(), stays[this.toast().tone]);
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#timer));
  }

  protected act(action: NonNullable<Toast['action']>): void {
    action.run();
    this.dismissed.emit();
  }
}
