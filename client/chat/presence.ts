import { type Observable, Subject } from 'rxjs';
import type { chatLimits, ChatPresence } from '../../contracts/chat.ts';
import { retryDelay } from '../back-off.ts';
import type { ConnectionState } from '../connection-state.ts';
import { pause } from '../pause.ts';

const presenceMs = 45_000 satisfies typeof chatLimits.presenceMs;
const typingMs = 6_000 satisfies typeof chatLimits.typingMs;
/** One that gets lost does no harm. */
const beatMs = Math.floor(presenceMs / 2.25);
/** While no room is open nobody is seen: then this is for the news alone, which a connection goes on getting. */
const calmBeatMs = 300_000;
const typingEveryMs = typingMs / 2;

export interface PresenceSources {
  readonly say: (presence: ChatPresence) => Promise<void>;
  readonly connection$: Observable<ConnectionState>;
  readonly now?: () => number;
}

/** Says again and again, for as long as the chat is watched, that it is to hear of news, and which room is open. */
export class Presence {
  readonly #sources: PresenceSources;
  readonly #now: () => number;
  readonly #beats = new Subject<void>();
  readonly #nudges = new Subject<void>();
  #watchers = 0;
  #stop: AbortController | undefined;
  #room: string | undefined;
  /** The room that the others see open. */
  #said: string | undefined;
  #isLive = false;
  #isNudged = false;
  #typedAt = -Infinity;

  constructor(sources: PresenceSources) {
    this.#sources = sources;
    this.#now = sources.now ?? Date.now;
  }

  /** Emits each time it has been heard: from then on, what is pushed comes here. Also after each new connection. */
  get beats$(): Observable<void> {
    return this.#beats;
  }

  /** Goes on until as many have let go as have begun. */
  watch(): () => void {
    if (this.#watchers++ === 0) this.#begin();
    let isWatching = true;
    return () => {
      if (isWatching && --this.#watchers === 0) this.#end();
      isWatching = false;
    };
  }

  setRoom(room: string | undefined): void {
    if (room === this.#room) return;
    this.#room = room;
    this.#typedAt = -Infinity;
    this.#nudge();
  }

  noteTyping(): void {
    const now = this.#now();
    if (!this.#isLive || this.#room === undefined || now - this.#typedAt < typingEveryMs) return;
    this.#typedAt = now;
    this.#sources.say({ room: this.#room, isTyping: true }).catch(() => undefined);
  }

  #begin(): void {
    const stop = (this.#stop = new AbortController());
    const listening = this.#sources.connection$.subscribe(({ kind }) => {
      this.#isLive = kind === 'live';
      if (this.#isLive) this.#nudge();
    });
    stop.signal.addEventListener('abort', () => listening.unsubscribe());
    void this.#beat(stop.signal);
  }

  #end(): void {
    this.#stop?.abort();
    this.#isLive = false;
    const left = this.#said;
    this.#said = undefined;
    if (left !== undefined) this.#sources.say({ left }).catch(() => undefined);
  }

  #nudge(): void {
    this.#isNudged = true;
    this.#nudges.next();
  }

  async #beat(stopped: AbortSignal): Promise<void> {
    for (let failures = 0; !stopped.aborted;) {
      this.#isNudged = false;
      if (this.#isLive) failures = (await this.#say(stopped)) ? 0 : failures + 1;
      // What has changed meanwhile is said at once.
      if (!this.#isNudged) await pause(this.#restMs(failures), stopped, this.#nudges);
    }
  }

  #restMs(failures: number): number {
    if (failures > 0) return retryDelay(failures - 1, Math.random);
    return this.#room === undefined ? calmBeatMs : beatMs;
  }

  async #say(stopped: AbortSignal): Promise<boolean> {
    const [room, left] = [this.#room, this.#said];
    const presence = { ...(room !== undefined && { room }), ...(left !== undefined && left !== room && { left }) };
    try {
      await this.#sources.say(presence);
    } catch {
      return false;
    }
    if (stopped.aborted) return true;
    this.#said = room;
    this.#beats.next();
    return true;
  }
}
