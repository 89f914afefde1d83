import { computed, DestroyRef, inject, Injectable } from '@angular/core';
import type { ChatRoom, CreateRoom, firstRoom as firstRoomName } from '../../../../contracts/chat.ts';
import { injectChat } from './chat.ts';
import { Streamed } from './streamed.ts';

/** Written again here because the browser takes only types from contracts/. */
export const firstRoom = 'general' satisfies typeof firstRoomName;

/** The rooms of the chat, as they change, on every page. */
@Injectable({ providedIn: 'root' })
export class ChatRooms {
  readonly #chat = injectChat();
  readonly #rooms = new Streamed(() => this.#chat.rooms());
  readonly all = this.#rooms.value;
  readonly problem = this.#rooms.problem;
  /** Messages that this person has not seen, in rooms that they have been in. */
  readonly unread = computed(() =>
    (this.all() ?? []).reduce((sum, room) => sum + (room.read > 0 ? unreadIn(room) : 0), 0),
  );

  constructor() {
    inject(DestroyRef).onDestroy(() => this.#rooms.stop());
  }

  again(): void {
    this.#rooms.again();
  }

  create(room: CreateRoom): Promise<ChatRoom> {
    return this.#chat.createRoom(room);
  }
}

export function unreadIn({ last, read }: ChatRoom): number {
  return Math.max(0, last - read);
}
