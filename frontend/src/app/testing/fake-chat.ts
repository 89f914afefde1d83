import { BehaviorSubject, type Observable, throwError } from 'rxjs';
import type { ChatMessage, ChatPerson, ChatRead, ChatRoom, CreateRoom } from '../../../../contracts/chat.ts';
import type { Task } from '../../../../contracts/task.ts';
import type { Chat, RoomLog, SentMessage } from '../../../../client/chat/index.ts';
import { type ApiError, LiveStream } from '../../../../client/index.ts';

export function aRoom(more: Partial<ChatRoom> = {}): ChatRoom {
  return { name: 'general', last: 0, read: 0, here: [], ...more };
}

/** What Bob said, a second after what was said before. */
export function aMessage(sequence: number, more: Partial<ChatMessage> = {}): ChatMessage {
  const at = new Date(Date.now() - 600_000 + sequence * 1000).toISOString();
  const author = { id: 'bob', name: 'Bob' };
  return {
    room: 'general',
    sequence,
    taskId: `m${sequence}`,
    author,
    text: `Message ${sequence}`,
    sentAt: at,
    at,
    ...more,
  };
}

/** Stands in for the client's chat: nothing connects, and a test says what comes in. */
export class FakeChat implements Chat {
  readonly all = new BehaviorSubject<readonly ChatRoom[]>([aRoom()]);
  readonly log = new BehaviorSubject<RoomLog>({ room: 'general', messages: [], reads: [], hasOlder: false });
  readonly typists = new BehaviorSubject<readonly ChatPerson[]>([]);
  readonly people = new BehaviorSubject<readonly ChatPerson[]>([]);
  /** Kept further back than what has been fetched. */
  older: readonly ChatMessage[] = [];
  /** Why rooms and messages cannot be had. */
  fault: ApiError | undefined;
  /** What the next call answers with instead. */
  refusal: ApiError | undefined;
  /** Makes the task of a message that is accepted. */
  accept: (text: string) => Promise<Task> = async () => ({ id: 'sent-1' }) as Task;
  readonly sent: { readonly text: string; readonly replyTo?: number; readonly idempotencyKey?: string }[] = [];
  readonly made: CreateRoom[] = [];
  readonly marks: number[] = [];
  readonly opened: (string | undefined)[] = [];
  keys = 0;

  rooms(): LiveStream<readonly ChatRoom[]> {
    return this.#stream(this.all);
  }

  async createRoom(room: CreateRoom): Promise<ChatRoom> {
    this.made.push(room);
    this.#refuse();
    return aRoom(room);
  }

  messages() {
    return Object.assign(this.#stream(this.log), {
      loadOlder: async () => {
        const { older } = this;
        this.older = [];
        this.log.next({ ...this.log.value, messages: [...older, ...this.log.value.messages], hasOlder: false });
      },
    });
  }

  send(_room: string, text: string, options: { replyTo?: number; idempotencyKey?: string } = {}): SentMessage {
    this.sent.push({ text, ...options });
    const accepted = this.#accepted(text);
    return {
      idempotencyKey: options.idempotencyKey ?? '',
      accepted,
      task: new LiveStream(new BehaviorSubject({} as Task)),
    };
  }

  markRead(_: string, sequence: number): void {
    this.marks.push(sequence);
  }

  setRoom(room: string | undefined): void {
    this.opened.push(room);
  }

  noteTyping(): void {
    this.keys += 1;
  }

  typing(): LiveStream<readonly ChatPerson[]> {
    return this.#stream(this.typists);
  }

  here(): LiveStream<readonly ChatPerson[]> {
    return this.#stream(this.people);
  }

  /** More messages in the room. */
  say(...messages: readonly ChatMessage[]): void {
    this.log.next({ ...this.log.value, messages: [...this.log.value.messages, ...messages] });
  }

  read(...reads: readonly ChatRead[]): void {
    this.log.next({ ...this.log.value, reads });
  }

  async #accepted(text: string): Promise<Task> {
    this.#refuse();
    return this.accept(text);
  }

  #stream<T>(source: Observable<T>): LiveStream<T> {
    return new LiveStream(this.fault ? throwError(() => this.fault) : source);
  }

  #refuse(): void {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal) throw refusal;
  }
}
