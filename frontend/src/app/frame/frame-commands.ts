import { inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';
import { type Command, Commands } from './commands.ts';
import { historyPlace, places, settingsPlace } from './places.ts';
import { Shortcuts } from './shortcuts.ts';
import { Theme } from './theme.ts';
import { WatchedTasks } from './watched-tasks.ts';

/** What can be done on every page. */
@Injectable({ providedIn: 'root' })
export class FrameCommands {
  readonly #router = inject(Router);
  readonly #theme = inject(Theme);
  readonly #shortcuts = inject(Shortcuts);

  constructor() {
    inject(WatchedTasks);
    inject(Commands).offer(this.#commands());
  }

  #commands(): readonly Command[] {
    return [
      ...[...places, historyPlace, settingsPlace].map(({ path, word, icon, key, words = '' }): Command => ({
        title: $localize`Go to ${word}:page:`,
        icon,
        keys: `g ${key}`,
        words,
        run: () => this.#router.navigateByUrl(path),
      })),
      { title: $localize`Use the light theme`, icon: 'sun', run: () => this.#theme.name.set('light') },
      { title: $localize`Use the dark theme`, icon: 'moon', run: () => this.#theme.name.set('dark') },
      { title: $localize`Use the system’s theme`, icon: 'screen', run: () => this.#theme.name.set('system') },
      { title: $localize`Show the keyboard shortcuts`, icon: 'keyboard', run: () => void this.#shortcuts.openHelp() },
    ];
  }
}
