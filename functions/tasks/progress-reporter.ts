import { inspect } from 'node:util';
import type { Progress } from '../../contracts/task.ts';

/** A task's progress goes out at once, then at most this often: the newest wins. */
const spacingMs = 100;
const messageLength = 500;

/** Passes a handler's progress on without ever keeping it waiting. */
export class ProgressReporter {
  readonly #send: (progress: Progress) => Promise<void>;
  #newest: Progress | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(send: (progress: Progress) => Promise<void>) {
    this.#send = send;
  }

  /** A handler without types may give anything. */
  report(percent: unknown, message?: unknown): void {
    const share = typeof percent === 'string' ? Number.parseFloat(percent) : percent;
    if (this.#closed || typeof share !== 'number' || Number.isNaN(share)) return;
    this.#newest = {
      percent: Math.round(Math.min(100, Math.max(0, share)) * 10) / 10,
      ...(message !== undefined && message !== null && { message: textOf(message).slice(0, messageLength) }),
    };
    this.#sending ??= this.#drain().finally(() => (this.#sending = undefined));
  }

  /** Drops what has not gone out, and settles when nothing is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#newest = undefined;
    await this.#sending;
  }

  async #drain(): Promise<void> {
    while (this.#newest !== undefined) {
      const progress = this.#newest;
      this.#newest = undefined;
      const spacing = new Promise((resolve) => setTimeout(resolve, this.#closed ? 0 : spacingMs).unref());
      // Progress is news, not truth: when it cannot be stored, the task goes on.
      await this.#send(progress).catch(() => undefined);
      if (!this.#closed) await spacing;
    }
  }
}

function textOf(message: unknown): string {
  return typeof message === 'string' ? message : inspect(message, { customInspect: false });
}
