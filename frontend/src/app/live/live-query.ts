import { DOCUMENT } from '@angular/common';
import { DestroyRef, effect, inject, type Signal, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Tasks } from './tasks.ts';

export interface LiveQueryOptions<Params, Answer> {
  /** What is asked for, from signals: another value asks anew. */
  readonly params: () => Params;
  readonly load: (params: Params) => Promise<Answer>;
  /** Whether the answer may be another one after this event. */
  readonly on?: (event: TaskEvent, answer: Answer | undefined) => boolean;
  /** Also asked anew after so many milliseconds, while the page is looked at. */
  readonly everyMs?: (answer: Answer | undefined) => number | undefined;
  /** Between two requests that somebody has brought about. Default: a second. */
  readonly leastMs?: number;
  /** Shows the last answer until the one to other parameters is there. */
  readonly keeps?: boolean;
}

/** Events come by the hundred; the answer to all of them is one. */
const leastMs = 1_000;
/** Between two requests rests this many times what the last one took, so that a page never keeps a busy server busier. */
const restFactor = 4;

/** An answer of the API that is kept up: asked for anew after events that concern it, and when the connection is back. */
export class LiveQuery<Params, Answer> {
  readonly #options: LiveQueryOptions<Params, Answer>;
  readonly #value = signal<Answer | undefined>(undefined);
  readonly #problem = signal<ApiError | undefined>(undefined);
  #asked = 0;
  #answered = 0;
  #askedAt = 0;
  #tookMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveQueryOptions<Params, Answer>) {
    this.#options = options;
  }

  /** Undefined until the first answer. */
  get value(): Signal<Answer | undefined> {
    return this.#value;
  }

  /** Why the last request failed; gone with the next that does not. */
  get problem(): Signal<ApiError | undefined> {
    return this.#problem;
  }

  async refresh(): Promise<void> {
    const number = ++this.#asked;
    this.#askedAt = Date.now();
    try {
      const answer = await this.#options.load(untracked(this.#options.params));
      this.#take(number, answer, undefined);
    } catch (error) {
      this.#take(number, untracked(this.#value), error as ApiError);
    }
    this.#tookMs = Date.now() - this.#askedAt;
  }

  /** Within a second (see `leastMs`), once for all who ask meanwhile. */
  refreshSoon(): void {
    const refresh = () => {
      this.#timer = undefined;
      void this.refresh();
    };
    const wait = Math.max(this.#options.leastMs ?? leastMs, this.#tookMs * restFactor);
    this.#timer ??= setTimeout(refresh, Math.max(0, this.#askedAt + wait - Date.now()));
  }

  /** Shows what is known from elsewhere, e.g. the answer to a change. */
  put(answer: Answer): void {
    this.#answered = this.#asked;
    this.#value.set(answer);
    this.#problem.set(undefined);
  }

  /** Asks for something else: answers that are under way are about what was asked before. */
  restart(): void {
    this.#answered = this.#asked;
    if (this.#options.keeps !== true) this.#value.set(undefined);
    this.#problem.set(undefined);
    void this.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#answered = Infinity;
  }

  /** An answer that was overtaken by a later one says nothing any more. */
  #take(number: number, answer: Answer | undefined, problem: ApiError | undefined): void {
    if (number <= this.#answered) return;
    this.#answered = number;
    this.#value.set(answer);
    this.#problem.set(problem);
  }
}

/** To be called where a component is made: the query lives as long as it does. */
export function liveQuery<Params, Answer>(options: LiveQueryOptions<Params, Answer>): LiveQuery<Params, Answer> {
  const { params, on = () => false, everyMs = () => undefined } = options;
  const query = new LiveQuery(options);
  const page = inject(DOCUMENT);
  const { client, connection } = inject(Tasks);
  effect(() => {
    params();
    untracked(() => query.restart());
  });
  let wasLive = true;
  effect(() => {
    const isLive = connection().kind === 'live';
    if (isLive && !wasLive) query.refreshSoon();
    wasLive = isLive;
  });
  effect((onCleanup) => {
    const ms = everyMs(query.value());
    if (ms === undefined) return;
    const interval = setInterval(() => page.hidden || query.refreshSoon(), ms);
    onCleanup(() => clearInterval(interval));
  });
  client.events$.pipe(takeUntilDestroyed()).subscribe((events) => {
    const answer = untracked(query.value);
    if (events.some((event) => on(event, answer))) query.refreshSoon();
  });
  inject(DestroyRef).onDestroy(() => query.stop());
  return query;
}
