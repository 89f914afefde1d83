import { type Observable, ReplaySubject, Subject } from 'rxjs';
import type { ChatNews, ChatPage, ChatRead, chatLimits } from '../../contracts/chat.ts';
import type { Schedule } from '../task-store.ts';
import type { ChatApi } from './chat-api.ts';
import type { RoomLog } from './chat.ts';
import { persist } from './persist.ts';
import { RoomSequence } from './room-sequence.ts';

/** What the API gives at once. */
const largestPage = 200 satisfies typeof chatLimits.page;
const firstPage = 50;
/** Further behind than so many messages, beginning anew with the newest is quicker. */
const behind = 1_000;
/** How long a message may wait for the one before it until the gap is fetched, in milliseconds. */
const gapMs = 250;

export interface RoomSources {
  readonly room: string;
  readonly api: Pick<ChatApi, 'listMessages'>;
  readonly news$: Observable<ChatNews>;
  /** Emits when messages may have been missed. */
  readonly checks$: Observable<unknown>;
  readonly schedule: Schedule;
}

/** One room while it is watched: begins with a page, takes what is pushed in its order, and fetches what is missing. */
export class RoomFeed {
  readonly #sources: RoomSources;
  readonly #sequence = new RoomSequence();
  readonly #reads = new Map<string, ChatRead>();
  readonly #log = new ReplaySubject<RoomLog>(1);
  readonly #stop = new AbortController();
  readonly #wakes = new Subject<void>();
  #catchingUp: Promise<void> | undefined;
  #isAskedAgain = false;
  #loadingOlder: Promise<void> | undefined;
  #gapTimer: ReturnType<typeof setTimeout> | undefined;
  #isScheduled = false;

  constructor(sources: RoomSources) {
    this.#sources = sources;
  }

  get log$(): Observable<RoomLog> {
    return this.#log;
  }

  start(): void {
    const { news$, checks$ } = this.#sources;
    const listening = news$.subscribe((news) => this.#take(news));
    listening.add(checks$.subscribe(() => this.#check()));
    this.#stop.signal.addEventListener('abort', () => listening.unsubscribe());
    this.#check();
  }

  stop(): void {
    clearTimeout(this.#gapTimer);
    this.#stop.abort();
  }

  /** One page at a time; who asks meanwhile gets the one under way. */
  loadOlder(): Promise<void> {
    this.#loadingOlder ??= this.#fetchOlder().finally(() => (this.#loadingOlder = undefined));
    return this.#loadingOlder;
  }

  async #fetchOlder(): Promise<void> {
    const before = this.#sequence.messages[0]?.sequence;
    if (before === undefined || !this.#sequence.hasOlder) return;
    const page = await this.#sources.api.listMessages(this.#sources.room, { before, limit: largestPage });
    // It may have begun anew meanwhile.
    if (this.#sequence.messages[0]?.sequence === before) this.#sequence.prepend(page);
    this.#changed();
  }

  #take({ messages = [], reads = [] }: ChatNews): void {
    const { room } = this.#sources;
    const [ofRoom, readHere] = [messages.filter((one) => one.room === room), reads.filter((one) => one.room === room)];
    if (ofRoom.length + readHere.length === 0) return;
    this.#sequence.push(ofRoom);
    this.#takeReads(readHere);
    this.#changed();
    if (this.#sequence.hasGap) this.#gapTimer ??= setTimeout(() => this.#fetchGap(), gapMs);
  }

  #fetchGap(): void {
    this.#gapTimer = undefined;
    if (this.#sequence.hasGap) this.#check();
  }

  #takeReads(reads: readonly ChatRead[]): void {
    for (const read of reads) {
      if (read.sequence >= (this.#reads.get(read.person)?.sequence ?? 0)) this.#reads.set(read.person, read);
    }
  }

  /** Fetches what is missing; asked while it does so, it looks once more, as that may be newer than what it was told. */
  #check(): void {
    this.#wakes.next();
    this.#isAskedAgain = this.#catchingUp !== undefined;
    this.#catchingUp ??= this.#catchUp()
      .catch((error: unknown) => this.#log.error(error))
      .finally(() => {
        this.#catchingUp = undefined;
        if (this.#isAskedAgain && !this.#stop.signal.aborted) this.#check();
      });
  }

  async #catchUp(): Promise<void> {
    if (this.#sequence.last === undefined) return this.#begin();
    for (;;) {
      const after = this.#sequence.last;
      const page = await this.#ask({ after, limit: largestPage });
      if (page === undefined) return;
      // A room that is less far than it was has been restored from a backup.
      if (page.last - after > behind || page.last < after) return this.#begin();
      this.#sequence.fetched(page);
      this.#takeReads(page.reads);
      this.#changed();
      if (page.messages.length === 0 || this.#sequence.last >= page.last) return;
    }
  }

  async #begin(): Promise<void> {
    const page = await this.#ask({ limit: firstPage });
    if (page === undefined) return;
    this.#sequence.begin(page);
    this.#takeReads(page.reads);
    this.#changed();
  }

  #ask(query: { readonly after?: number; readonly limit: number }): Promise<ChatPage | undefined> {
    const { api, room } = this.#sources;
    return persist(() => api.listMessages(room, query), this.#stop.signal, this.#wakes);
  }

  /** A burst is one change. */
  #changed(): void {
    if (this.#isScheduled || this.#sequence.last === undefined) return;
    this.#isScheduled = true;
    this.#sources.schedule(() => {
      this.#isScheduled = false;
      if (!this.#stop.signal.aborted) this.#log.next(this.#current());
    });
  }

  #current(): RoomLog {
    const { messages, hasOlder } = this.#sequence;
    const reads = [...this.#reads.values()].sort((a, b) => b.sequence - a.sequence);
    return { room: this.#sources.room, messages, reads, hasOlder };
  }
}
