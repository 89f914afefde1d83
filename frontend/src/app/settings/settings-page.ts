import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatRadioButton, MatRadioGroup } from '@angular/material/radio';
import { languageKey, languages, shownLanguage } from '../frame/language.ts';
import { Notifications } from '../frame/notifications.ts';
import { Theme, themeLooks, themes } from '../frame/theme.ts';
import { Memory } from '../ui/memory.ts';
import { ScriptAccess } from './script-access.ts';
import { SignInState } from './sign-in-state.ts';

/** What this browser remembers for this person, and who they are here. */
@Component({
  selector: 'app-settings-page',
  imports: [MatButton, MatRadioButton, MatRadioGroup, ScriptAccess, SignInState],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './settings-page.html',
  styleUrl: './settings-page.scss',
})
export class SettingsPage {
  protected readonly theme = inject(Theme);
  protected readonly themes = themes;
  protected readonly looks = themeLooks;
  protected readonly languages = languages;
  readonly #page = inject(DOCUMENT);
  readonly #memory = inject(Memory);
  protected readonly shownLanguage = shownLanguage(this.#page);
  /** Empty: the browser's languages decide. */
  protected readonly chosenLanguage = this.#memory.read(languageKey) ?? '';
  protected readonly notifications = inject(Notifications);

  /** Texts are read once, when the app starts. */
  protected chooseLanguage(code: string): void {
    if (code === '') this.#memory.forget(languageKey);
    else this.#memory.write(languageKey, code);
    this.#page.defaultView?.location.reload();
  }
}
