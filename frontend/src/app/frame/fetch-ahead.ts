import { DOCUMENT } from '@angular/common';
import { DestroyRef, inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';
import { ChatCount } from './chat-count.ts';

/** The first page has the line for itself so long. Milliseconds. */
const restMs = 2000;

/**
 * Fetches the other pages once the first one stands: a click then waits for nothing, and works while the network is away or a newer version
 * has taken the place of this one. Not for whoever asks the browser to save data.
 */
@Injectable({ providedIn: 'root' })
export class FetchAhead {
  readonly #browser = inject(DOCUMENT).defaultView?.navigator;
  readonly #router = inject(Router);
  readonly #chat = inject(ChatCount);
  readonly #destroyed = inject(DestroyRef);

  start(): void {
    if (savesData(this.#browser)) return;
    // What does not come now is asked for again when it is needed.
    const rest = setTimeout(() => void this.#fetch().catch(() => undefined), restMs);
    this.#destroyed.onDestroy(() => clearTimeout(rest));
  }

  async #fetch(): Promise<void> {
    // What a person may have missed comes first.
    await this.#chat.watch();
    await import('./command-palette.ts');
    for (const { loadComponent } of this.#router.config) await loadComponent?.();
  }
}

/** https://wicg.github.io/savedata: not in the types of TypeScript, and not in every browser. */
function savesData(browser: (Navigator & { connection?: { saveData?: boolean } }) | undefined): boolean {
  return browser?.connection?.saveData === true;
}
