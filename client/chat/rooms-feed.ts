import { type Observable, ReplaySubject } from 'rxjs';
import type { ChatMessage, ChatNews, ChatRoom, firstRoom as firstRoomName } from '../../contracts/chat.ts';
import type { Schedule } from '../task-store.ts';
import { persist } from './persist.ts';

const firstRoom = 'general' satisfies typeof firstRoomName;

export interface RoomsSources {
  readonly listRooms: () => Promise<readonly ChatRoom[]>;
  /** The ID of whoever is signed in. */
  readonly getMe: () => Promise<string>;
  readonly news$: Observable<ChatNews>;
  /** Emits when something may have been missed. */
  readonly checks$: Observable<unknown>;
  readonly schedule: Schedule;
}

/** All rooms while they are watched. How far a room is, and how far it has been read, only ever grows. */
export class RoomsFeed {
  readonly #sources: RoomsSources;
  readonly #rooms = new Map<string, ChatRoom>();
  readonly #shown = new ReplaySubject<readonly ChatRoom[]>(1);
  readonly #stop = new AbortController();
  /** What came before the first answer. */
  #early: ChatNews[] | undefined = [];
  #me = '';
  #loading: Promise<void> | undefined;
  #isScheduled = false;

  constructor(sources: RoomsSources) {
    this.#sources = sources;
  }

  get rooms$(): Observable<readonly ChatRoom[]> {
    return this.#shown;
  }

  start(): void {
    const listening = this.#sources.news$.subscribe((news) => this.#take(news));
    listening.add(this.#sources.checks$.subscribe(() => this.#load()));
    this.#stop.signal.addEventListener('abort', () => listening.unsubscribe());
    this.#load();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Shows at once that a room has been read up to here. */
  noteRead(room: string, sequence: number): void {
    this.#change(room, ({ read, last }) => ({ read: Math.max(read, Math.min(sequence, last)) }));
  }

  #load(): void {
    this.#loading ??= this.#fetch()
      .catch((error: unknown) => this.#shown.error(error))
      .finally(() => (this.#loading = undefined));
  }

  async #fetch(): Promise<void> {
    const { listRooms, getMe, checks$ } = this.#sources;
    const ask = () => Promise.all([listRooms(), getMe()]);
    const answer = await persist(ask, this.#stop.signal, checks$);
    if (answer === undefined) return;
    this.#me = answer[1];
    for (const room of answer[0]) this.#keep(room);
    for (const news of this.#early ?? []) this.#apply({ ...news, here: [] });
    this.#early = undefined;
    this.#changed();
  }

  /** An answer may be older than what has been pushed since. */
  #keep(room: ChatRoom): void {
    const known = this.#rooms.get(room.name);
    const isFurther = known !== undefined && known.last > room.last;
    this.#rooms.set(room.name, {
      ...room,
      read: Math.max(room.read, known?.read ?? 0),
      ...(isFurther && { last: known.last, ...(known.lastAt !== undefined && { lastAt: known.lastAt }) }),
    });
  }

  #take(news: ChatNews): void {
    if (this.#early !== undefined) this.#early.push(news);
    else this.#apply(news);
  }

  #apply({ rooms = [], messages = [], reads = [], here = [] }: ChatNews): void {
    for (const room of rooms) {
      if (!this.#rooms.has(room.name)) this.#rooms.set(room.name, { ...room, last: 0, read: 0, here: [] });
      this.#changed();
    }
    for (const message of messages) this.#change(message.room, (room) => this.#withMessage(room, message));
    for (const { room, person, sequence } of reads) if (person === this.#me) this.noteRead(room, sequence);
    for (const { room, people } of here)
      this.#change(room, () => ({ here: people.map((one) => ({ ...one, isYou: one.id === this.#me })) }));
  }

  /** Who has read all that came before has read what they say themselves, as the server sees it. */
  #withMessage({ last, read }: ChatRoom, { author, sequence, at }: ChatMessage): Partial<ChatRoom> {
    const isRead = author.id === this.#me && sequence === read + 1;
    return { ...(sequence > last && { last: sequence, lastAt: at }), ...(isRead && { read: sequence }) };
  }

  #change(name: string, changes: (room: ChatRoom) => Partial<ChatRoom>): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    this.#rooms.set(name, { ...room, ...changes(room) });
    this.#changed();
  }

  #changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#sources.schedule(() => {
      this.#isScheduled = false;
      if (!this.#stop.signal.aborted) this.#shown.next([...this.#rooms.values()].sort(firstThenByName));
    });
  }
}

function firstThenByName(a: ChatRoom, b: ChatRoom): number {
  if (a.name === firstRoom || b.name === firstRoom) return a.name === firstRoom ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
