import { BehaviorSubject, filter, merge, NEVER, Subject, type Observable } from 'rxjs';
import type { EventPage, TaskEvent } from '../contracts/task-event.ts';
import { ApiError } from './api-error.ts';
import { retryDelay } from './back-off.ts';
import type { ConnectionState } from './connection-state.ts';
import { EventSequence } from './event-sequence.ts';
import type { HubSession, OpenHub } from './hub.ts';
import { pause } from './pause.ts';
import { wakesFromSleep } from './sleep.ts';
import { hedged, within } from './within.ts';

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
  /** The local clock, in milliseconds since 1970. */
  readonly now?: () => number;
  readonly timings?: Partial<LiveFeedTimings>;
}

/** In milliseconds, where nothing else is said. */
export interface LiveFeedTimings {
  /** How long an event may wait for the one before it until the gap is fetched. */
  readonly gap: number;
  /** Between fetches that find what a push lost without anything after it to tell. */
  readonly safety: number;
  /** How long an answer may take until the connection counts as dead. */
  readonly answer: number;
  /** After a wake-up: how long an answer may take until it is asked for again, on another connection. */
  readonly hurry: number;
  /** How often the clock is looked at, to notice that the machine has slept. */
  readonly look: number;
  /** Pages: further behind than that, a new snapshot is quicker. */
  readonly behind: number;
  readonly retry: (failures: number, random: () => number) => number;
}

const defaultTimings: LiveFeedTimings = {
  gap: 250,
  safety: 20_000,
  answer: 10_000,
  hurry: 500,
  look: 1_000,
  behind: 30,
  retry: retryDelay,
};

/** The owner's events, each once and in order, over lost connections, lost pushes and sleep. */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #timings: LiveFeedTimings;
  readonly #now: () => number;
  readonly #wake: Observable<unknown>;
  readonly #sleeps: Observable<void>;
  readonly #sequence = new EventSequence();
  readonly #events = new Subject<readonly TaskEvent[]>();
  readonly #snapshots = new BehaviorSubject(0);
  readonly #state = new BehaviorSubject<ConnectionState>({ kind: 'connecting' });
  #stop: AbortController | undefined;
  #fetching: Promise<void> | undefined;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** The next session begins without a pause. */
  #hurries = false;
  #wasPushed = false;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#now = options.now ?? Date.now;
    this.#wake = options.wake ?? NEVER;
    this.#sleeps = wakesFromSleep(this.#now, this.#timings.look);
  }

  /** Never empty arrays, never an event twice. */
  get events$(): Observable<readonly TaskEvent[]> {
    return this.#events;
  }

  get state$(): Observable<ConnectionState> {
    return this.#state;
  }

  /**
   * Emits with each snapshot that has been taken, from the last one on. After the first, one means that events are missing
   * from `events$`: what was built of events has to be fetched anew.
   */
  get snapshots$(): Observable<number> {
    return this.#snapshots.pipe(filter((count) => count > 0));
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
      const why = await this.#session(stopped).catch((error: unknown) => error);
      if (stopped.aborted) return;
      if (this.#hurries && why === undefined) continue;
      this.#hurries = false;
      const delay = this.#timings.retry(this.#failures++, this.#options.random ?? Math.random);
      this.#state.next({ kind: isSignedOut(why) ? 'signed-out' : 'offline', retryAt: this.#now() + delay });
      await pause(delay, stopped, merge(this.#wake, this.#sleeps));
    }
  }

  /** One connection, from opening to its end. */
  async #session(stopped: AbortSignal): Promise<void> {
    if (this.#sequence.settled === undefined) await this.#begin();
    const ended = new AbortController();
    const end = () => ended.abort();
    stopped.addEventListener('abort', end);
    // Over HTTP it is known sooner what was missed.
    const isHurried = this.#hurries;
    this.#hurries = false;
    if (isHurried) await this.#catchUp(true);
    const hub = await this.#openHub(end, isHurried);
    const waking = merge(this.#wake, this.#sleeps).subscribe(() => void this.#catchUpAnew().catch(end));
    // After a sleep the connection is dead, although nobody has told.
    waking.add(this.#sleeps.subscribe(() => this.#endInHurry(end)));
    try {
      void hub.closed.then(end);
      await this.#catchUpVisibly();
      this.#failures = 0;
      await this.#keepSafe(ended.signal, end);
    } finally {
      waking.unsubscribe();
      stopped.removeEventListener('abort', end);
      clearTimeout(this.#gapTimer);
      this.#gapTimer = undefined;
      // Not waited for: a dead connection takes its time to close.
      hub.stop().catch(() => undefined);
    }
  }

  async #openHub(giveUp: () => void, isHurried: boolean): Promise<HubSession> {
    const openings: Promise<HubSession>[] = [];
    const open = () => {
      openings.push(this.#options.openHub((events) => this.#receive(events, giveUp)));
      return openings.at(-1)!;
    };
    let opened: HubSession | undefined;
    try {
      opened = await within(this.#timings.answer, isHurried ? hedged(this.#timings.hurry, open) : open());
      return opened;
    } catch (error) {
      // Without pushes the events still come, once per try.
      if (!isSignedOut(error)) await this.#catchUp();
      throw error;
    } finally {
      // What opens too late opens for nobody.
      for (const opening of openings)
        opening.then((hub) => (hub === opened ? undefined : hub.stop())).catch(() => undefined);
    }
  }

  #endInHurry(end: () => void): void {
    this.#hurries = true;
    end();
  }

  async #begin(): Promise<void> {
    // A snapshot is several requests.
    this.#emit(this.#sequence.begin(await within(this.#timings.answer * 3, this.#options.snapshot())));
    this.#snapshots.next(this.#snapshots.value + 1);
  }

  /** Fetches now and then, for as long as the connection lasts. Rejects when fetching fails. */
  async #keepSafe(ended: AbortSignal, end: () => void): Promise<void> {
    while (!ended.aborted) {
      this.#wasPushed = false;
      await pause(this.#timings.safety, ended);
      if (ended.aborted) return;
      if (!(this.#options.isVisible?.() ?? true)) continue;
      const before = this.#sequence.settled;
      await this.#catchUp();
      // Events came, and none of them by push: a connection that is open in name only. A new one is opened.
      if (!this.#wasPushed && this.#sequence.settled !== before) this.#endInHurry(end);
    }
  }

  #receive(events: readonly TaskEvent[], giveUp: () => void): void {
    this.#wasPushed = true;
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
  #catchUp(isHurried = false): Promise<void> {
    this.#fetching ??= this.#fetchMissed(isHurried).finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  /** Whether the server answers now is not told by a fetch that was under way before: its answer may have come from a network that is gone. */
  async #catchUpAnew(): Promise<void> {
    await this.#fetching;
    await this.#catchUp(true);
  }

  async #fetchMissed(isHurried: boolean): Promise<void> {
    for (let pages = 0; ; pages += 1) {
      const after = this.#sequence.settled ?? 'latest';
      const ask = () => this.#options.listEvents(after);
      const page = await within(this.#timings.answer, isHurried ? hedged(this.#timings.hurry, ask) : ask());
      // Events that are no longer kept cannot be fetched, and too many are not worth it: build on a new snapshot.
      if (page.gap === true || pages > this.#timings.behind) return this.#begin();
      this.#emit(this.#sequence.fetched(page));
      if (page.events.length === 0) break;
    }
  }

  #emit(events: readonly TaskEvent[]): void {
    if (events.length > 0) this.#events.next(events);
  }
}

function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unauthenticated';
}
