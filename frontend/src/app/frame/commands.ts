import { computed, DestroyRef, inject, Injectable, isSignal, type Signal, signal } from '@angular/core';
import type { IconName } from '../ui/icon.ts';

/** Something a person can do here and now: offered by the palette and, with `keys`, by the keyboard. */
export interface Command {
  /** Begins with a verb: `Cancel this task`. */
  readonly title: string;
  readonly icon?: IconName;
  /** One key (`e`) or two after each other (`g s`); they work while nothing is being typed. */
  readonly keys?: string;
  /** More words to find it by. */
  readonly words?: string;
  /** Why it cannot be done now, as a sentence. It is still listed, with the reason. */
  readonly unavailable?: string | undefined;
  run(): unknown;
}

type Commanding = Signal<readonly Command[]>;

/** Every command there is now: the frame's, and those of the page that is open. */
@Injectable({ providedIn: 'root' })
export class Commands {
  readonly #sources = signal<readonly Commanding[]>([]);
  /** The page's own first. */
  readonly all = computed(() => this.#sources().flatMap((source) => source()));

  /** Offers commands until the component that calls this (in its constructor) is destroyed. */
  offer(commands: Commanding | readonly Command[]): void {
    const source = isSignal(commands) ? commands : signal(commands).asReadonly();
    this.#sources.update((sources) => [source, ...sources]);
    inject(DestroyRef).onDestroy(() => this.#sources.update((sources) => sources.filter((one) => one !== source)));
  }
}
