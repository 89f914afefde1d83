import { BehaviorSubject, Subject, type Observable } from 'rxjs';
import type { EventPage, TaskEvent } from '../contracts/task-event.ts';
import { retryDelay } from './back-off.ts';
import type { ConnectionState } from './connection-state.ts';
import { EventSequence } from './event-sequence.ts';
import type { OpenHub } from './hub.ts';

export interface LiveFeedOptions {
  /** Negotiates and connects; a new token each time, so an expired one mends itself. */
  readonly openHub: OpenHub;
  readonly listEvents: (after: string) => Promise<EventPage>;
  /** Fetches what the events build on and gives the cursor from which they go on: one asked for before the fetch. */
  readonly snapshot: () => Promise<string>;
  /** Emits when it is worth trying at once: the network is back, the page is looked at again. */
  readonly wake?: Observable<unknown>;
  /** False while nobody looks: then the safety fetch rests. */
  readonly isVisible?: () => boolean;
  readonly random?: () => number;
  /** Milliseconds. */
  readonly timings?: Partial<LiveFeedTimings>;
}

export interface LiveFeedTimings {
  /** How long an event may wait for the one before it until the gap is fetched. */
  readonly gap: number;
  /** Between fetches that find what a push lost without anything after it to tell. */
  readonly safety: number;
  readonly retry: (failures: number, random: () => number) => number;
}

const defaultTimings: LiveFeedTimings = { gap: 250, safety: 20_000, retry: retryDelay };

/** The owner's events, each once and in order, over lost connections, lost pushes and sleep. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #timings: LiveFeedTimings;
  readonly #sequence = new EventSequence();
  readonly #events = new Subject<readonly TaskEvent[]>();
  readonly #state = new BehaviorSubject<ConnectionState>({ kind: 'connecting' });
  #stop: AbortController | undefined;
  #fetching: Promise<void> | undefined;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
  }

  /** Never empty arrays, never an event twice. */
  get events$(): Observable<readonly TaskEvent[]> {
    return this.#events;
  }

  get state$(): Observable<ConnectionState> {
    return this.#state;
  }

  /** Takes the snapshot, connects, and stays connected until `stop`. */
  start(): void {
    if (this.#stop) return;
    this.#stop = new AbortController();
    void this.#stayConnected(this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    clearTimeout(this.#gapTimer);
  }

  async #stayConnected(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      // Whatever ends a session, the answer is the same: try again later. The person sees the state.
      await this.#session(stopped).catch(() => undefined);
      if (stopped.aborted) return;
      const delay = this.#timings.retry(this.#failures++, this.#options.random ?? Math.random);
      this.#state.next({ kind: 'offline', retryAt: Date.now() + delay });
      await this.#pause(delay, stopped, this.#options.wake);
    }
  }

  /** One connection, from opening to its end. */
  async #session(stopped: AbortSignal): Promise<void> {
    if (this.#sequence.settled === undefined) await this.#begin();
    const ended = new AbortController();
    const end = () => ended.abort();
    stopped.addEventListener('abort', end);
    const hub = await this.#options
      .openHub((events) => this.#receive(events, end))
      .catch(async (error: unknown) => {
        // Without pushes the events still come, once per try.
        await this.#catchUp();
        throw error;
      });
    const waking = this.#options.wake?.subscribe(() => void this.#catchUp().catch(end));
    try {
      void hub.closed.then(end);
      await this.#catchUpVisibly();
      this.#failures = 0;
      await this.#keepSafe(ended.signal);
    } finally {
      waking?.unsubscribe();
      stopped.removeEventListener('abort', end);
      clearTimeout(this.#gapTimer);
      this.#gapTimer = undefined;
      await hub.stop();
    }
  }

  async #begin(): Promise<void> {
    this.#emit(this.#sequence.begin(await this.#options.snapshot()));
  }

  /** Fetches now and then, for as long as the connection lasts. Rejects when fetching fails. */
  async #keepSafe(ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      await this.#pause(this.#timings.safety, ended);
      if (ended.aborted) return;
      if (this.#options.isVisible?.() ?? true) await this.#catchUp();
    }
  }

  #receive(events: readonly TaskEvent[], giveUp: () => void): void {
    this.#emit(this.#sequence.push(events));
    if (!this.#sequence.hasGap || this.#gapTimer !== undefined) return;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = undefined;
      if (this.#sequence.hasGap) void this.#catchUp().catch(giveUp);
    }, this.#timings.gap);
  }

  async #catchUpVisibly(): Promise<void> {
    let events = 0;
    this.#state.next({ kind: 'catching-up', events });
    const counting = this.#events.subscribe((more) => {
      events += more.length;
      this.#state.next({ kind: 'catching-up', events });
    });
    await this.#catchUp().finally(() => counting.unsubscribe());
    this.#state.next({ kind: 'live' });
  }

  /** One fetch at a time; who asks meanwhile gets the one under way. */
  #catchUp(): Promise<void> {
    this.#fetching ??= this.#fetchMissed().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchMissed(): Promise<void> {
    for (;;) {
      const page = await this.#options.listEvents(this.#sequence.settled ?? 'latest');
      // Events that are no longer kept cannot be fetched: build on a new snapshot.
      if (page.gap === true) return this.#begin();
      this.#emit(this.#sequence.fetched(page));
      if (page.events.length === 0) break;
    }
  }

  #emit(events: readonly TaskEvent[]): void {
    if (events.length > 0) this.#events.next(events);
  }

  /** Resolves after `ms`, on a wake-up, or when `signal` aborts. */
  #pause(ms: number, signal: AbortSignal, wake?: Observable<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        waking?.unsubscribe();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      const waking = wake?.subscribe(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}
