import { computed, inject, Injectable, Injector, signal } from '@angular/core';
import type { ChatRooms } from '../live/chat-rooms.ts';

/** How much is new in the chat. The chat itself is loaded a little after the first page, which is not to wait for it. */
@Injectable({ providedIn: 'root' })
export class ChatCount {
  readonly #injector = inject(Injector);
  readonly #rooms = signal<ChatRooms | undefined>(undefined);
  readonly unread = computed(() => this.#rooms()?.unread() ?? 0);

  async watch(): Promise<void> {
    const { ChatNotices } = await import('./chat-notices.ts');
    this.#rooms.set(this.#injector.get(ChatNotices).rooms);
  }
}
