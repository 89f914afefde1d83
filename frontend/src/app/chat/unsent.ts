import { inject, Injectable } from '@angular/core';
import { SignIn } from '../live/who.ts';
import { Memory } from '../ui/memory.ts';
import type { MessageState } from './message-rows.ts';

/** A message of mine that the room does not have yet. */
export interface Unsent {
  /** It is the same message however often it is sent. */
  readonly key: string;
  readonly room: string;
  readonly text: string;
  readonly replyTo?: number;
  /** ISO 8601 */
  readonly at: string;
  /** Once it has been accepted. */
  readonly taskId?: string;
  readonly state: MessageState;
}

const storageKey = 'chat-unsent';

/** Messages that did not come through survive a reload, for the person who wrote them: in no other name they may be sent. */
@Injectable({ providedIn: 'root' })
export class UnsentMemory {
  readonly #memory = inject(Memory);
  readonly #signIn = inject(SignIn);

  async read(): Promise<readonly Unsent[]> {
    const { owner } = await this.#signIn.known;
    try {
      const kept = JSON.parse(this.#memory.read(storageKey) ?? 'null') as { owner?: string; messages: Unsent[] } | null;
      return kept !== null && kept.owner === owner ? kept.messages : [];
    } catch {
      return [];
    }
  }

  write(messages: readonly Unsent[]): void {
    const { owner } = this.#signIn.who();
    if (messages.length === 0) this.#memory.forget(storageKey);
    else this.#memory.write(storageKey, JSON.stringify({ owner, messages }));
  }
}
