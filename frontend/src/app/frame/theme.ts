import { DOCUMENT } from '@angular/common';
import { effect, inject, Injectable, signal } from '@angular/core';
import { Memory } from '../ui/memory.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof themes)[number];
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
