import { DOCUMENT } from '@angular/common';
import { effect, inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';
import { firstValueFrom } from 'rxjs';
import type { ChatRoom } from '../../../../contracts/chat.ts';
import { injectChat } from '../live/chat.ts';
import { ChatRooms } from '../live/chat-rooms.ts';
import { SignIn } from '../live/who.ts';
import { isolated } from '../ui/isolated.ts';
import { Notifications } from './notifications.ts';

/** Characters of a message in a notification. */
const mostText = 140;
/** So long another window, or another device, has to show a message before this one tells of it. Milliseconds. */
const otherWindowMs = 500;

/** Tells whoever looks elsewhere that somebody has written in a room that they have been in. */
@Injectable({ providedIn: 'root' })
export class ChatNotices {
  readonly #page = inject(DOCUMENT);
  readonly #chat = injectChat();
  readonly rooms = inject(ChatRooms);
  readonly #notifications = inject(Notifications);
  readonly #who = inject(SignIn).who;
  readonly #router = inject(Router);
  /** Up to where each room was known. */
  readonly #known = new Map<string, number>();

  constructor() {
    effect(() => {
      for (const room of this.rooms.all() ?? []) {
        const before = this.#known.get(room.name);
        this.#known.set(room.name, room.last);
        if (before !== undefined && room.last > before && room.read > 0 && this.#page.hidden) void this.#tell(room);
      }
    });
  }

  async #tell({ name }: ChatRoom): Promise<void> {
    if (this.#notifications.state() !== 'on') return;
    const log = await firstValueFrom(this.#chat.messages(name)).catch(() => undefined);
    const message = log?.messages.at(-1);
    if (message === undefined || message.author.id === this.#who().owner) return;
    await new Promise((resolve) => setTimeout(resolve, otherWindowMs));
    if (this.#hasSeen(name, message.sequence)) return;
    const title = $localize`${isolated(message.author.name)}:name: in #${name}:room:`;
    const open = () => this.#router.navigate(['/chat', name]);
    this.#notifications.show(title, { tag: `chat ${name}`, body: message.text.slice(0, mostText), open });
  }

  #hasSeen(name: string, sequence: number): boolean {
    return (this.rooms.all()?.find((room) => room.name === name)?.read ?? 0) >= sequence;
  }
}
