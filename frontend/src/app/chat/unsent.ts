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
  /** Keys of all that this tab has had. */
  readonly #ours = new Set<string>();

  async read(): Promise<readonly Unsent[]> {
    const { owner } = await this.#signIn.known;
    const kept = this.#kept(owner);
    this.#claim(kept);
    return kept;
  }

  /** In place of what this tab has kept before; what other tabs have on its way stays. */
  async write(messages: readonly Unsent[]): Promise<void> {
    const { owner } = await this.#signIn.known;
    this.#claim(messages);
    const all = [...this.#kept(owner).filter(({ key }) => !this.#ours.has(key)), ...messages];
    if (all.length === 0) this.#memory.forget(storageKey);
    else this.#memory.write(storageKey, JSON.stringify({ owner, messages: all }));
  }

  #claim(messages: readonly Unsent[]): void {
    for (const { key } of messages) this.#ours.add(key);
  }

  #kept(owner: string | undefined): readonly Unsent[] {
    try {
      const kept = JSON.parse(this.#memory.read(storageKey) ?? 'null') as { owner?: string; messages: Unsent[] } | null;
      return kept !== null && kept.owner === owner ? kept.messages : [];
    } catch {
      return [];
    }
  }
}
