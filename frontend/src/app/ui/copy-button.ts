import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { Icon, type IconName } from './icon.ts';

const confirmedMs = 1500;
/** The old way, which works everywhere, keeps the page waiting: ten megabytes take it minutes. */
const longestOldWay = 100_000;

/** Puts a text on the clipboard and says so. The text is made when it is asked for. */
@Component({
  selector: 'app-copy-button',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <button type="button" class="quiet-button" (click)="copy()">
      <app-icon [name]="said() === done ? 'check' : icon()" [size]="16" />
      <span aria-live="polite">{{ said() ?? label() }}</span>
    </button>
  `,
})
export class CopyButton {
  readonly text = input.required<() => string | Blob | Promise<string | Blob>>();
  protected readonly done = $localize`Copied`;
  protected readonly failed = $localize`Not copied: save it instead`;
  readonly label = input($localize`Copy`);
  readonly icon = input<IconName>('copy');
  readonly #clipboard = inject(Clipboard);
  protected readonly said = signal<string | undefined>(undefined);

  protected copy(): void {
    const text = this.text()();
    if (typeof text === 'string' && text.length < longestOldWay) this.#confirm(this.#clipboard.copy(text));
    else
      copyLarge(text).then(
        () => this.#confirm(true),
        () => this.#confirm(false),
      );
  }

  #confirm(isCopied: boolean): void {
    this.said.set(isCopied ? this.done : this.failed);
    setTimeout(() => this.said.set(undefined), confirmedMs);
  }
}

/** Asked for within the click, as browsers want it, and given when it is there. */
async function copyLarge(text: string | Blob | Promise<string | Blob>): Promise<void> {
  const type = 'text/plain';
  const blob = Promise.resolve(text).then((made) => (typeof made === 'string' ? new Blob([made], { type }) : made));
  await navigator.clipboard.write([new ClipboardItem({ [type]: blob })]);
}
