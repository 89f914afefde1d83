import { DOCUMENT } from '@angular/common';
import { DestroyRef, inject, Injectable, Injector } from '@angular/core';
import { Router } from '@angular/router';

/** Every key there is, as the help shows it. */
export const shortcuts = [
  { keys: '?', does: 'Show this list' },
  { keys: 'g s', does: 'Go to Submit' },
  { keys: 'g t', does: 'Go to Tasks' },
  { keys: 'Ctrl Enter', does: 'Submit the form (Cmd Enter on a Mac)' },
  { keys: '/', does: 'Choose a task type, or filter the list' },
  { keys: 'Up Down', does: 'Move through the list of tasks' },
  { keys: 'Esc', does: 'Close what is open' },
] as const;

const pages: Readonly<Record<string, string>> = { s: '/submit', t: '/tasks' };
/** How long `g` waits for the second key. */
const pairMs = 1200;

/** Keys that work on every page while nothing is being typed. */
@Injectable({ providedIn: 'root' })
export class Shortcuts {
  readonly #page = inject(DOCUMENT);
  readonly #router = inject(Router);
  readonly #injector = inject(Injector);
  readonly #destroyed = inject(DestroyRef);
  #goUntil = 0;
  #isHelpOpen = false;

  listen(): void {
    const pressed = (event: KeyboardEvent) => this.#pressed(event);
    this.#page.addEventListener('keydown', pressed);
    this.#destroyed.onDestroy(() => this.#page.removeEventListener('keydown', pressed));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || this.#isHelpOpen) return;
    if (event.key === '?') void this.#showHelp();
    else if (event.key === '/') this.#focusSearch(event);
    else if (event.key === 'g') this.#goUntil = event.timeStamp + pairMs;
    else if (event.timeStamp < this.#goUntil) this.#go(pages[event.key]);
  }

  #go(page: string | undefined): void {
    this.#goUntil = 0;
    if (page !== undefined) void this.#router.navigateByUrl(page);
  }

  /** A page marks what `/` goes to with `data-search`. */
  #focusSearch(event: Event): void {
    const search = this.#page.querySelector<HTMLElement>('[data-search]');
    if (search === null) return;
    event.preventDefault();
    search.focus();
  }

  async #showHelp(): Promise<void> {
    this.#isHelpOpen = true;
    // Loaded when it is asked for: dialogs weigh more than the rest of the frame.
    const { showKeyboardHelp } = await import('./keyboard-help.ts');
    await showKeyboardHelp(this.#injector);
    this.#isHelpOpen = false;
  }
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
