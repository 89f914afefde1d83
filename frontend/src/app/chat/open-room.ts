import { computed, signal } from '@angular/core';
import type { ChatMessage, ChatPerson } from '../../../../contracts/chat.ts';
import type { Chat, RoomLog, RoomMessages } from '../../../../client/chat/index.ts';
import { Streamed } from '../live/streamed.ts';

/** So many messages are drawn at most, however many the room has. */
const mostDrawn = 240;
/** So many come into sight at a time. */
const step = 60;
/** So many ahead of what is drawn, older ones are fetched. */
const fetchAhead = 120;

/** A room while it is open: its messages, of which a stretch is drawn, and the people in it. */
export class OpenRoom {
  readonly name: string;
  readonly #messages: RoomMessages;
  readonly #log: Streamed<RoomLog>;
  readonly #typing: Streamed<readonly ChatPerson[]>;
  readonly #here: Streamed<readonly ChatPerson[]>;
  /** Sequences of the first and the last message that are drawn; without a last one, all up to the newest. */
  readonly #stretch = signal<{ readonly from: number; readonly to?: number }>({ from: 0 });
  readonly #isFetching = signal(false);

  constructor(chat: Chat, name: string) {
    this.name = name;
    this.#messages = chat.messages(name);
    this.#log = new Streamed(() => this.#messages);
    this.#typing = new Streamed(() => chat.typing(name));
    this.#here = new Streamed(() => chat.here(name));
  }

  readonly log = computed(() => this.#log.value());
  readonly problem = computed(() => this.#log.problem());
  readonly typing = computed(() => this.#typing.value() ?? []);
  readonly here = computed(() => this.#here.value() ?? []);
  readonly last = computed(() => this.log()?.messages.at(-1)?.sequence ?? 0);
  readonly #first = computed(() => this.log()?.messages[0]?.sequence ?? 0);
  readonly isAtNewest = computed(() => this.#stretch().to === undefined);
  readonly drawn = computed(() => {
    const { from, to = Infinity } = this.#stretch();
    const first = this.#first();
    return (this.log()?.messages ?? []).slice(Math.max(0, from - first), to - first + 1);
  });
  readonly hasOlder = computed(() => this.log()?.hasOlder === true || (this.drawn()[0]?.sequence ?? 0) > this.#first());

  /** A message by its place in the room, where it is known. */
  find(sequence: number): ChatMessage | undefined {
    return this.log()?.messages[sequence - this.#first()];
  }

  again(): void {
    this.#log.again();
  }

  /** The newest are drawn, and those that come. */
  showNewest(): void {
    this.#stretch.set({ from: this.last() - step * 2 });
  }

  /** Draws the stretch around a message, once that is there. Where the room no longer has it, or not yet, nothing is drawn anew. */
  async showAround(sequence: number): Promise<void> {
    if (sequence > this.last()) return;
    while (sequence < this.#first() && this.log()?.hasOlder === true) if (!(await this.#fetch())) return;
    this.#show(sequence - step, sequence + step);
  }

  async showOlder(): Promise<void> {
    const [first, last] = this.#edges();
    if (first <= this.#first() && !(await this.#fetch())) return;
    this.#show(first - step, Math.min(last, first - step + mostDrawn));
    if (first - step - this.#first() < fetchAhead) void this.#fetch();
  }

  showNewer(): void {
    const [first, last] = this.#edges();
    this.#show(Math.max(first, last + step - mostDrawn), last + step);
  }

  /** What has come meanwhile has made the stretch longer. Who reads on above keeps the place, and goes on to the newest by scrolling. */
  trim(isAtEnd: boolean): void {
    const [first] = this.#edges();
    if (this.drawn().length > mostDrawn && isAtEnd) this.showNewest();
    else if (this.drawn().length > 2 * mostDrawn) this.#show(first, first + 2 * mostDrawn - step);
  }

  close(): void {
    for (const stream of [this.#log, this.#typing, this.#here]) stream.stop();
  }

  #edges(): readonly [number, number] {
    return [this.drawn()[0]?.sequence ?? 0, this.drawn().at(-1)?.sequence ?? 0];
  }

  #show(from: number, to: number): void {
    this.#stretch.set({ from: Math.max(from, this.#first()), ...(to < this.last() && { to }) });
  }

  /** Whether there are more now. */
  async #fetch(): Promise<boolean> {
    if (this.#isFetching() || this.log()?.hasOlder !== true) return false;
    const before = this.#first();
    this.#isFetching.set(true);
    // Scrolling on tries again.
    await this.#messages.loadOlder().catch(() => undefined);
    this.#isFetching.set(false);
    return this.#first() < before;
  }
}
