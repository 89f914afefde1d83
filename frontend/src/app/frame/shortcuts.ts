import { DOCUMENT } from '@angular/common';
import { DestroyRef, inject, Injectable, Injector } from '@angular/core';
import { Commands } from './commands.ts';
import { TypedAhead } from './typed-ahead.ts';

/** How long the first of two keys waits for the second. */
const pairMs = 1200;

/** Keys that work on every page while nothing is being typed: those of the commands, and a few of the frame's own. */
@Injectable({ providedIn: 'root' })
export class Shortcuts {
  readonly #page = inject(DOCUMENT);
  readonly #commands = inject(Commands);
  readonly #injector = inject(Injector);
  readonly #destroyed = inject(DestroyRef);
  #first: { readonly key: string; readonly until: number } | undefined;
  #isDialogOpen = false;

  listen(): void {
    const pressed = (event: KeyboardEvent) => this.#pressed(event);
    this.#page.addEventListener('keydown', pressed);
    this.#destroyed.onDestroy(() => this.#page.removeEventListener('keydown', pressed));
  }

  /** Loaded when it is asked for, or a little ahead: dialogs weigh more than the rest of the frame. */
  async openPalette(): Promise<void> {
    await this.#whileOpen(async () => {
      const typed = new TypedAhead(this.#page);
      try {
        const { showPalette } = await import('./command-palette.ts');
        await showPalette(this.#injector, typed);
      } finally {
        typed.end();
      }
    });
  }

  async openHelp(): Promise<void> {
    await this.#whileOpen(async () => (await import('./keyboard-help.ts')).showKeyboardHelp(this.#injector));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      // The browser would take it for its address bar.
      event.preventDefault();
      void this.openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || this.#isBusy()) return;
    if (event.key === '?') void this.openHelp();
    else if (event.key === '/') this.#focusSearch(event);
    else this.#runCommand(event);
  }

  #runCommand(event: KeyboardEvent): void {
    const first = this.#first !== undefined && event.timeStamp < this.#first.until ? this.#first.key : undefined;
    this.#first = undefined;
    const keys = first === undefined ? event.key : `${first} ${event.key}`;
    const command = this.#commands.all().find((one) => one.keys === keys && !one.unavailable);
    if (command) command.run();
    else if (first === undefined && this.#commands.all().some((one) => one.keys?.startsWith(`${event.key} `)))
      this.#first = { key: event.key, until: event.timeStamp + pairMs };
  }

  /** A page marks what `/` goes to with `data-search`. */
  #focusSearch(event: Event): void {
    const search = this.#page.querySelector<HTMLElement>('[data-search]');
    if (search === null) return;
    event.preventDefault();
    search.focus();
  }

  /** While a dialog or a menu is open, keys belong to it; also those that come while it is still being fetched. */
  #isBusy(): boolean {
    return this.#isDialogOpen || this.#page.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null;
  }

  async #whileOpen(open: () => Promise<void>): Promise<void> {
    if (this.#isDialogOpen) return;
    this.#isDialogOpen = true;
    await open().finally(() => (this.#isDialogOpen = false));
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement && /^(checkbox|radio|button|file)$/.test(target.type)) return false;
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
