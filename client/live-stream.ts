import { Observable } from 'rxjs';
import { values } from './values.ts';

/** A stream that can be taken either way: `subscribe` to it as to any observable, or go through it with `for await`. */
export class LiveStream<T> extends Observable<T> implements AsyncIterable<T> {
  readonly #newestOnly: boolean;

  /** @param newestOnly whether a loop that is slower than the stream skips what has been overtaken */
  constructor(source: Observable<T>, { newestOnly = false } = {}) {
    super((subscriber) => source.subscribe(subscriber));
    this.#newestOnly = newestOnly;
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return values(this, { newestOnly: this.#newestOnly });
  }
}
