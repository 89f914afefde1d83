import { inject, Injectable } from '@angular/core';
import type { Receipt } from '../../../../contracts/receipt.ts';
import type { ReceiptMemory } from '../../../../client/index.ts';
import { SignIn } from './who.ts';

const storageKey = 'unsent-receipts';

interface Kept {
  /** Whose they are: in their name alone they may be sent. */
  readonly name: string;
  readonly receipts: readonly Receipt[];
}

/** Receipts that could not be sent survive a reload of this tab. A browser that keeps nothing is no fault. */
@Injectable({ providedIn: 'root' })
export class UnsentReceipts implements ReceiptMemory {
  readonly #who = inject(SignIn);

  async read(): Promise<readonly Receipt[]> {
    const { name } = await this.#who.known;
    try {
      const kept = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Kept | null;
      return kept?.name === name && Array.isArray(kept.receipts) ? kept.receipts : [];
    } catch {
      return [];
    }
  }

  write(receipts: readonly Receipt[]): void {
    try {
      if (receipts.length === 0) return sessionStorage.removeItem(storageKey);
      const kept: Kept = { name: this.#who.who().name, receipts };
      sessionStorage.setItem(storageKey, JSON.stringify(kept));
    } catch {
      // Then they are sent as long as the page is there.
    }
  }
}
