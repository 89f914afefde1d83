import { type Signal, signal } from '@angular/core';
import { defer, merge, NEVER, type Observable, retry, Subject, timer } from 'rxjs';
import type { ApiError } from '../../../../client/index.ts';

/** Between two tries of what the server refuses. Milliseconds. */
const restMs = 15_000;

/** A stream as signals: the newest it gave, and why it broke off. It begins again by itself after a while, and at once when asked. */
export class Streamed<T> {
  readonly #value = signal<T | undefined>(undefined);
  readonly #problem = signal<ApiError | undefined>(undefined);
  readonly #asked = new Subject<void>();
  readonly value: Signal<T | undefined> = this.#value.asReadonly();
  readonly problem: Signal<ApiError | undefined> = this.#problem.asReadonly();
  readonly stop: () => void;

  constructor(source: () => Observable<T>) {
    const again = retry<T>({ delay: (error: ApiError) => this.#untilNext(error) });
    const running = defer(source)
      .pipe(again)
      .subscribe((value) => {
        this.#value.set(value);
        this.#problem.set(undefined);
      });
    this.stop = () => running.unsubscribe();
  }

  again(): void {
    this.#asked.next();
  }

  /** Who is not signed in, or asks for what is not there, gets the same answer until something is done about it. */
  #untilNext(error: ApiError): Observable<unknown> {
    this.#problem.set(error);
    return merge(this.#asked, [401, 403, 404].includes(error.status) ? NEVER : timer(restMs));
  }
}
