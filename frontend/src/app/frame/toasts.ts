import { Injectable, signal } from '@angular/core';

export type ToastTone = 'info' | 'success' | 'problem';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: ToastTone;
  /** E.g. undo, or a way to what the toast tells of. */
  readonly action?: { readonly word: string; run(): unknown };
}

export interface ToastOptions {
  readonly tone?: ToastTone;
  readonly action?: Toast['action'];
}

/** More would hide the page; the oldest goes first. */
const mostAtOnce = 4;

/** Short news in the corner, also read aloud. They go by themselves; what has to stay belongs on the page. */
@Injectable({ providedIn: 'root' })
export class Toasts {
  readonly #shown = signal<readonly Toast[]>([]);
  readonly shown = this.#shown.asReadonly();
  #last = 0;

  /** @returns what dismisses it */
  show(text: string, { tone = 'info', action }: ToastOptions = {}): () => void {
    const id = ++this.#last;
    this.#shown.update((toasts) => [...toasts, { id, text, tone, ...(action && { action }) }].slice(-mostAtOnce));
    return () => this.dismiss(id);
  }

  dismiss(id: number): void {
    this.#shown.update((toasts) => toasts.filter((toast) => toast.id !== id));
  }
}
