import { ChangeDetectionStrategy, Component, computed, inject, type Injector } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import { MatButton } from '@angular/material/button';
import {
  MatDialog,
  MatDialogActions,
  MatDialogClose,
  MatDialogContent,
  MatDialogTitle,
} from '@angular/material/dialog';
import { keyWord } from '../ui/keys.ts';
import { Commands } from './commands.ts';

interface Shortcut {
  /** As a US keyboard for Windows has them; `keyWord` says what stands on this person's. */
  readonly keys: string;
  readonly does: string;
}

/** Keys that belong to a place on a page rather than to a command. */
const fixedShortcuts: readonly Shortcut[] = [
  { keys: 'Ctrl K', does: $localize`Find anything` },
  { keys: '?', does: $localize`Show this list` },
  { keys: '/', does: $localize`Choose a task type, or filter the list` },
  { keys: 'Ctrl Enter', does: $localize`Submit the form` },
  { keys: 'Up Down', does: $localize`Move through a list` },
  { keys: 'Esc', does: $localize`Close what is open` },
];

@Component({
  selector: 'app-keyboard-help',
  imports: [MatButton, MatDialogActions, MatDialogClose, MatDialogContent, MatDialogTitle],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h2 matDialogTitle i18n>Keyboard</h2>
    <mat-dialog-content>
      <dl>
        @for (shortcut of shortcuts(); track shortcut.keys) {
          <dt>
            @for (key of shortcut.keys.split(' '); track $index) {
              <kbd>{{ keyWord(key) }}</kbd>
            }
          </dt>
          <dd>{{ shortcut.does }}</dd>
        }
      </dl>
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button matButton matDialogClose type="button" i18n>Close</button>
    </mat-dialog-actions>
  `,
  styles: `
    dl {
      display: grid;
      grid-template-columns: auto 1fr;
      gap: 10px 24px;
      align-items: center;
    }
    kbd {
      display: inline-block;
      min-width: 26px;
      margin-right: 4px;
      padding: 1px 7px;
      border: 1px solid var(--line-strong);
      border-bottom-width: 2px;
      border-radius: 6px;
      background: var(--surface-sunken);
      color: var(--text);
      font: 600 12px/1.6 var(--font-mono);
      text-align: center;
    }
  `,
})
export class KeyboardHelp {
  readonly #commands = inject(Commands);
  protected readonly keyWord = keyWord;
  protected readonly shortcuts = computed<readonly Shortcut[]>(() => [
    ...fixedShortcuts,
    ...this.#commands.all().flatMap(({ keys, title }) => (keys === undefined ? [] : [{ keys, does: title }])),
  ]);
}

/** Resolves when it begins to close: the palette can be asked for from then on. */
export async function showKeyboardHelp(injector: Injector): Promise<void> {
  const dialog = injector.get(MatDialog).open(KeyboardHelp, { autoFocus: 'dialog', width: '420px' });
  await firstValueFrom(dialog.beforeClosed(), { defaultValue: undefined });
}
