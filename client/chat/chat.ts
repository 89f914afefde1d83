import type { ChatMessage, ChatPerson, ChatRead, ChatRoom, CreateRoom } from '../../contracts/chat.ts';
import type { Task } from '../../contracts/task.ts';
import type { LiveStream } from '../live-stream.ts';

/** A room's messages, as far as they have been fetched. */
export interface RoomLog {
  readonly room: string;
  /** Oldest first; their sequences follow each other without a gap. */
  readonly messages: readonly ChatMessage[];
  /** How far each has read, furthest first. */
  readonly reads: readonly ChatRead[];
  /** Whether the room keeps older ones: `loadOlder` fetches them. */
  readonly hasOlder: boolean;
}

/** The log now, and whenever it changes. Fails with an `ApiError` where there is no such room; without an answer it goes on trying. */
export interface RoomMessages extends LiveStream<RoomLog> {
  /** Fetches the page before the oldest message that is known; nothing, where none is kept. */
  loadOlder(): Promise<void>;
}

export interface SendOptions {
  /** The sequence of the message that this one answers. */
  readonly replyTo?: number;
  /** Sent again with the same key, it is the same message. Default: a new one. */
  readonly idempotencyKey?: string;
}

/** A message on its way: a task, which ends with a `ChatResult`. */
export interface SentMessage {
  readonly idempotencyKey: string;
  /** Resolves once it is safe, with its task: that will not get lost any more. Rejects with an `ApiError`; then send it again with its key. */
  readonly accepted: Promise<Task>;
  /** Its task at each change, also beyond its end, as a dead letter may be replayed; fails as `accepted` does. */
  readonly task: LiveStream<Task>;
}

/** Rooms of people, live. Whatever is watched here is kept up by pushes, and what they leave out is fetched. */
export interface Chat {
  /** All rooms, as they change. */
  rooms(): LiveStream<readonly ChatRoom[]>;
  createRoom(room: CreateRoom): Promise<ChatRoom>;
  messages(room: string): RoomMessages;
  send(room: string, text: string, options?: SendOptions): SentMessage;
  /** Says that all up to here has been shown. Call it as often as you like: it never goes back, and what is asked for meanwhile goes along. */
  markRead(room: string, sequence: number): void;
  /** Which room is open here, for the others to see; undefined for none. Said again and again while something of the chat is watched. */
  setRoom(room: string | undefined): void;
  /** Somebody types here, in the room that is open; call it at each key. */
  noteTyping(): void;
  /** Who types in a room now, you left out. */
  typing(room: string): LiveStream<readonly ChatPerson[]>;
  /** Who has a room open. */
  here(room: string): LiveStream<readonly ChatPerson[]>;
}
