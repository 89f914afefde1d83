import {
  defer,
  distinctUntilChanged,
  filter,
  from,
  map,
  merge,
  Observable,
  ReplaySubject,
  retry,
  share,
  skip,
  Subject,
  switchMap,
  takeUntil,
  timer,
} from 'rxjs';
import type { ChatNews, ChatPerson, ChatRoom, ChatSubmission, chatTaskType, CreateRoom } from '../../contracts/chat.ts';
import type { SubmitTask } from '../../contracts/submit.ts';
import type { Task } from '../../contracts/task.ts';
import { retryDelay } from '../back-off.ts';
import type { ConnectionState } from '../connection-state.ts';
import { LiveStream } from '../live-stream.ts';
import type { Schedule } from '../task-store.ts';
import type { ChatApi } from './chat-api.ts';
import type { Chat, RoomLog, RoomMessages, SendOptions, SentMessage } from './chat.ts';
import { Presence } from './presence.ts';
import { ReadMarks } from './read-marks.ts';
import { RoomFeed } from './room-feed.ts';
import { RoomsFeed } from './rooms-feed.ts';
import { typingIn } from './typing.ts';

const type = 'chat-message' satisfies typeof chatTaskType;
/** The list of rooms is looked at again with every so many signs of presence. */
const beatsPerLook = 3;

export interface ChatSources {
  readonly api: ChatApi;
  readonly news$: Observable<ChatNews>;
  readonly connection$: Observable<ConnectionState>;
  /** Connects, where that has not been done. */
  readonly start: () => void;
  readonly submit: (body: SubmitTask, idempotencyKey: string) => Promise<Task>;
  /** A task at each change, also beyond its end. */
  readonly watch: (id: string) => Observable<Task>;
  readonly schedule: Schedule;
}

export class ChatClient implements Chat {
  readonly #sources: ChatSources;
  readonly #presence: Presence;
  readonly #reads: ReadMarks;
  #roomsFeed: RoomsFeed | undefined;
  #me: Promise<string> | undefined;
  readonly #rooms: Observable<readonly ChatRoom[]>;
  readonly #stops = new Subject<void>();

  constructor(sources: ChatSources) {
    const { api, connection$ } = (this.#sources = sources);
    this.#presence = new Presence({ say: (presence) => api.setPresence(presence), connection$ });
    this.#reads = new ReadMarks((room, sequence) => api.markRead(room, sequence));
    this.#presence.beats$.subscribe(() => this.#reads.retry());
    this.#rooms = this.#watching(() => {
      const feed = (this.#roomsFeed = new RoomsFeed({
        ...sources,
        listRooms: () => api.listRooms(),
        getMe: () => this.#whoAmI(),
        checks$: this.#looks(beatsPerLook),
      }));
      return { feed, values$: feed.rooms$ };
    });
  }

  /** Ends all that is watched. */
  stop(): void {
    this.#stops.next();
  }

  rooms(): LiveStream<readonly ChatRoom[]> {
    return new LiveStream(this.#rooms, { newestOnly: true });
  }

  createRoom(room: CreateRoom): Promise<ChatRoom> {
    return this.#sources.api.createRoom(room);
  }

  messages(room: string): RoomMessages {
    let feed: RoomFeed | undefined;
    const log$ = this.#watching(() => {
      feed = new RoomFeed({ ...this.#sources, room, checks$: merge(this.#looks(1), this.#tries()) });
      return { feed, values$: feed.log$ };
    });
    return new LiveRoomMessages(log$, async () => feed?.loadOlder());
  }

  send(room: string, text: string, { replyTo, idempotencyKey = randomKey() }: SendOptions = {}): SentMessage {
    const payload: ChatSubmission = { room, text, ...(replyTo !== undefined && { replyTo }) };
    const accepted = this.#sources.submit({ type, payload }, idempotencyKey);
    // Whoever looks at the task only hears of it there.
    accepted.catch(() => undefined);
    const task = defer(() => from(accepted).pipe(switchMap(({ id }) => this.#sources.watch(id))));
    return { idempotencyKey, accepted, task: new LiveStream(task) };
  }

  markRead(room: string, sequence: number): void {
    this.#roomsFeed?.noteRead(room, sequence);
    this.#reads.mark(room, sequence);
  }

  setRoom(room: string | undefined): void {
    this.#presence.setRoom(room);
  }

  noteTyping(): void {
    this.#presence.noteTyping();
  }

  typing(room: string): LiveStream<readonly ChatPerson[]> {
    const { news$ } = this.#sources;
    const me = defer(() => from(this.#whoAmI())).pipe(
      retry({ delay: (_, failures) => timer(retryDelay(failures - 1, Math.random)) }),
    );
    const typing = me.pipe(
      switchMap((id) => typingIn(room, id, news$)),
      takeUntil(this.#stops),
    );
    return new LiveStream(typing, { newestOnly: true });
  }

  here(room: string): LiveStream<readonly ChatPerson[]> {
    const here = this.#rooms.pipe(
      map((rooms) => rooms.find(({ name }) => name === room)?.here ?? []),
      distinctUntilChanged(isSame),
    );
    return new LiveStream(here, { newestOnly: true });
  }

  /** One feed for all that watch, from the first to the last of them; meanwhile the chat is open. */
  #watching<T>(open: () => { readonly feed: RoomFeed | RoomsFeed; readonly values$: Observable<T> }): Observable<T> {
    const source = new Observable<T>((subscriber) => {
      this.#sources.start();
      const release = this.#presence.watch();
      const { feed, values$ } = open();
      values$.subscribe(subscriber);
      feed.start();
      return () => {
        feed.stop();
        release();
      };
    });
    return source.pipe(takeUntil(this.#stops), share({ connector: () => new ReplaySubject<T>(1) }));
  }

  /** Emits when it is worth looking for what pushes have left out: with the first sign of presence on a new connection, then with every so many. */
  #looks(beats: number): Observable<unknown> {
    const beats$ = this.#presence.beats$.pipe(filter((_, n) => n % beats === 0));
    return this.#sources.connection$.pipe(
      filter(({ kind }) => kind === 'live'),
      switchMap(() => beats$),
    );
  }

  /** Emits with each try to connect that has failed: where only pushes are missing, the open room goes on all the same. */
  #tries(): Observable<unknown> {
    // Not how it is now: whoever waits for the next try would not wait.
    return this.#sources.connection$.pipe(
      skip(1),
      filter(({ kind }) => kind === 'offline'),
    );
  }

  #whoAmI(): Promise<string> {
    this.#me ??= this.#sources.api.getMe().then(({ id }) => id);
    this.#me.catch(() => (this.#me = undefined));
    return this.#me;
  }
}

class LiveRoomMessages extends LiveStream<RoomLog> implements RoomMessages {
  readonly loadOlder: () => Promise<void>;

  constructor(log$: Observable<RoomLog>, loadOlder: () => Promise<void>) {
    super(log$, { newestOnly: true });
    this.loadOlder = loadOlder;
  }
}

function isSame(a: readonly ChatPerson[], b: readonly ChatPerson[]): boolean {
  return a.length === b.length && a.every(({ id, name }, n) => id === b[n]!.id && name === b[n]!.name);
}

/** Not `randomUUID`, which a page that is not served securely does not have. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
