import { Injectable } from '@angular/core';

/** What this browser remembers for this person. A browser that keeps nothing is no fault: then nothing is remembered. */
@Injectable({ providedIn: 'root' })
export class Memory {
  read(key: string): string | undefined {
    try {
      return localStorage.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  write(key: string, text: string): void {
    try {
      localStorage.setItem(key, text);
    } catch {
      this.forget(key);
    }
  }

  forget(key: string): void {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing is kept, so nothing needs forgetting.
    }
  }
}
