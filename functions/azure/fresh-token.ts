import type { AccessToken } from '@azure/identity';

/** Before its last 5 minutes, @azure/identity answers with the token that it has: that asks for checks in small steps. */
const lastChecksMs = 16 * 60 * 1000;
const shortestPauseMs = 100;
const firstRetryMs = 500;
const longestRetryMs = 30_000;

/** How long to wait before asking for a token again, so that a new one is there well before the old one expires. */
export function untilNextCheck(remainingMs: number): number {
  return Math.max(remainingMs * (remainingMs > lastChecksMs ? 0.75 : 0.25), shortestPauseMs);
}

/** A token that is always valid: fetched when first asked for, and from then on again before it expires, until it is closed. */
export class FreshToken {
  readonly #fetch: () => Promise<AccessToken>;
  readonly #warn: (message: string) => void;
  readonly #untilNextCheck: (remainingMs: number) => number;
  readonly #listeners = new Set<(token: string) => void>();
  #token: AccessToken | undefined;
  #keeping: Promise<void> | undefined;
  #attempt = Promise.withResolvers<void>();
  #failures = 0;
  #closed = false;
  /** Ends the pause between two attempts. */
  #wake = () => {};

  /** @param warn told of each attempt that fails */
  constructor(fetch: () => Promise<AccessToken>, warn: (message: string) => void, nextCheck = untilNextCheck) {
    this.#fetch = fetch;
    this.#warn = warn;
    this.#untilNextCheck = nextCheck;
  }

  /** What was fetched last; empty before that. */
  get latest(): string {
    return this.#token?.token ?? '';
  }

  /** Resolves when there is a valid token, however long that takes, or when this is closed. */
  async get(): Promise<string> {
    this.#keeping ??= this.#keepFresh();
    while (!this.#isValid() && !this.#closed) {
      // A machine that slept has missed the time. After a failure nobody hastens the next attempt.
      if (this.#failures === 0) this.#wake();
      await this.#attempt.promise;
    }
    return this.latest;
  }

  /** Called with each token but the first. */
  onRenewed(listener: (token: string) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#closed = true;
    this.#wake();
    this.#attempt.resolve();
  }

  #isValid(): boolean {
    return this.#token !== undefined && this.#token.expiresOnTimestamp > Date.now();
  }

  async #keepFresh(): Promise<void> {
    while (!this.#closed) {
      const pauseMs = await this.#fetchOnce();
      const attempt = this.#attempt;
      this.#attempt = Promise.withResolvers();
      attempt.resolve();
      if (!this.#closed) await this.#pause(pauseMs);
    }
    this.#attempt.resolve();
  }

  /** @returns how long to wait before the next time */
  async #fetchOnce(): Promise<number> {
    try {
      const token = await this.#fetch();
      this.#failures = 0;
      this.#take(token);
      return this.#untilNextCheck(token.expiresOnTimestamp - Date.now());
    } catch (error) {
      this.#failures += 1;
      this.#warn((error as Error).message);
      return Math.min(firstRetryMs * 2 ** (this.#failures - 1), longestRetryMs);
    }
  }

  #take(token: AccessToken): void {
    const isRenewed = this.#token !== undefined && this.#token.token !== token.token;
    this.#token = token;
    if (isRenewed) for (const listener of this.#listeners) listener(token.token);
  }

  /** It keeps no process alive. */
  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
