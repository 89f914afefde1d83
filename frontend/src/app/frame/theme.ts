import { DOCUMENT } from '@angular/common';
import { effect, inject, Injectable, signal } from '@angular/core';
import { Memory } from '../ui/memory.ts';
import type { IconName } from '../ui/icon.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof themes)[number];

export const themeLooks: Readonly<Record<ThemeName, { readonly word: string; readonly icon: IconName }>> = {
  system: { word: $localize`As the system`, icon: 'screen' },
  light: { word: $localize`Light`, icon: 'sun' },
  dark: { word: $localize`Dark`, icon: 'moon' },
};

const storageKey = 'theme';

/** Light, dark, or as the system has it; remembered. */
@Injectable({ providedIn: 'root' })
export class Theme {
  readonly #page = inject(DOCUMENT);
  readonly #memory = inject(Memory);
  readonly name = signal<ThemeName>(themes.find((theme) => theme === this.#memory.read(storageKey)) ?? 'system');

  constructor() {
    effect(() => {
      const name = this.name();
      this.#page.documentElement.style.colorScheme = name === 'system' ? '' : name;
      this.#memory.write(storageKey, name);
    });
  }
}
