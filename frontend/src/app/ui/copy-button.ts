import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Icon, type IconName } from './icon.ts';

const confirmedMs = 1500;

/** Puts a text on the clipboard and says so. The text is made when it is asked for. */
@Component({
  selector: 'app-copy-button',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button type="button" class="quiet-button" (click)="copy()">
      <app-icon [name]="copied() ? 'check' : icon()" [size]="16" />
      <span aria-live="polite">{{ copied() ? done : label() }}</span>
    </button>
  `,
})
export class CopyButton {
  readonly text = input.required<() => string>();
  protected readonly done = $localize`Copied`;
  readonly label = input($localize`Copy`);
  readonly icon = input<IconName>('copy');
  readonly #clipboard = inject(Clipboard);
  protected readonly copied = signal(false);

  protected copy(): void {
    if (!this.#clipboard.copy(this.text()())) return;
    this.copied.set(true);
    setTimeout(() => this.copied.set(false), confirmedMs);
  }
}
