import type { ChatMessage, ChatPage } from '../../contracts/chat.ts';

/** The messages of a room as they are known: one after the other without a gap. What comes before its turn is held. */
export class RoomSequence {
  #messages: readonly ChatMessage[] = [];
  readonly #held = new Map<number, ChatMessage>();
  /** Undefined until it begins. */
  #last: number | undefined;
  #oldestKept = 0;

  /** A new array whenever it changes. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Sequence of the newest message before which nothing is missing. */
  get last(): number | undefined {
    return this.#last;
  }

  /** Whether a message has come for which others are missing. */
  get hasGap(): boolean {
    return this.#last !== undefined && this.#held.size > 0;
  }

  get hasOlder(): boolean {
    const first = this.#messages[0]?.sequence;
    // A room that was empty when it began keeps its first one.
    return first !== undefined && first > Math.max(1, this.#oldestKept);
  }

  /** Begins with the newest page, in place of what was known. */
  begin(page: ChatPage): void {
    this.#messages = page.messages;
    this.#last = page.messages.at(-1)?.sequence ?? page.last;
    this.#oldestKept = page.first;
    this.#takeHeld();
  }

  /** Takes messages as they were pushed: in any order, some of them twice. */
  push(messages: readonly ChatMessage[]): void {
    for (const message of messages) this.#held.set(message.sequence, message);
    if (this.#last !== undefined) this.#takeHeld();
  }

  /** Takes a page that was asked for after `last`. What lay between and is kept no longer is not to be had: then it begins anew with the page. */
  fetched(page: ChatPage): void {
    const next = page.messages[0]?.sequence;
    if (next !== undefined && next > this.#last! + 1) return this.begin(page);
    this.#oldestKept = page.first;
    this.push(page.messages);
  }

  /** Takes a page that was asked for before the oldest message. */
  prepend(page: ChatPage): void {
    this.#oldestKept = page.first;
    const first = this.#messages[0]?.sequence ?? 0;
    if (page.messages.at(-1)?.sequence === first - 1) this.#messages = [...page.messages, ...this.#messages];
  }

  #takeHeld(): void {
    const next: ChatMessage[] = [];
    for (const sequence of [...this.#held.keys()].sort((a, b) => a - b)) {
      if (sequence > this.#last! + 1) break;
      if (sequence === this.#last! + 1) {
        next.push(this.#held.get(sequence)!);
        this.#last = sequence;
      }
      this.#held.delete(sequence);
    }
    if (next.length > 0) this.#messages = [...this.#messages, ...next];
  }
}
