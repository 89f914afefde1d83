import { inject, Injectable } from '@angular/core';
import { Memory } from '../ui/memory.ts';

/** What somebody is about to say in a room. */
export interface MessageDraft {
  readonly text: string;
  readonly replyTo?: number;
}

/** What was typed in each room; it survives a reload. */
@Injectable({ providedIn: 'root' })
export class MessageDrafts {
  readonly #memory = inject(Memory);

  read(room: string): MessageDraft {
    try {
      return (JSON.parse(this.#memory.read(keyOf(room)) ?? 'null') as MessageDraft | null) ?? { text: '' };
    } catch {
      return { text: '' };
    }
  }

  write(room: string, draft: MessageDraft): void {
    if (draft.text === '' && draft.replyTo === undefined) this.#memory.forget(keyOf(room));
    else this.#memory.write(keyOf(room), JSON.stringify(draft));
  }
}

const keyOf = (room: string) => `chat-draft:${room}`;
