import { computed, inject, Injectable, signal } from '@angular/core';
import type { ChatMessage } from '../../../../contracts/chat.ts';
import { SignIn } from '../live/who.ts';
import { Clock } from '../ui/clock.ts';
import { type Row, rowsOf, type ShownMessage } from './message-rows.ts';
import type { OpenRoom } from './open-room.ts';
import { Outbox } from './outbox.ts';
import type { Unsent } from './unsent.ts';

const minute = 60_000;
/** By so much the clock that a message of mine was sent by may be off. Milliseconds. */
const clockFault = 5_000;

/** What is drawn of a room: its messages, and below them mine that are on their way. */
@Injectable()
export class ShownMessages {
  readonly #me = inject(SignIn).who;
  readonly #clock = inject(Clock);
  readonly #outbox = inject(Outbox);
  /** To be set before anything is read. */
  readonly room = signal<OpenRoom | undefined>(undefined);
  /** From here on it is new to this person. */
  readonly newFrom = signal<number | undefined>(undefined);
  readonly #minute = computed(() => Math.floor(this.#clock.now() / minute) * minute);
  /** The same as long as nothing about it changes, so that it is not drawn anew. */
  readonly #known = new WeakMap<ChatMessage, ShownMessage>();

  readonly mine = computed(() => this.#outbox.entries().filter(({ room }) => room === this.room()?.name));
  readonly all = computed((): readonly ShownMessage[] => {
    const drawn = this.room()?.drawn() ?? [];
    const twins = this.#twins(drawn);
    const there = drawn.map((message) => this.#there(message, twins.get(message)));
    const isShown = ({ key, taskId }: Unsent) => !there.some((one) => one.key === key || one.taskId === taskId);
    const coming = this.room()?.isAtNewest() === true ? this.mine().filter(isShown) : [];
    return [...there, ...coming.map((entry) => this.#coming(entry))];
  });
  readonly rows = computed((): readonly Row[] => rowsOf(this.all(), this.newFrom(), this.#minute()));

  /** By message of mine: who has seen it, where that is not said of a later one. */
  readonly seenBy = computed(() => {
    const reads = (this.room()?.log()?.reads ?? []).filter(({ person }) => person !== this.#me().owner);
    const seen = new Map<string, readonly string[]>();
    let most = 0;
    for (const { isMine, key, sequence } of [...this.all()].reverse()) {
      if (!isMine || sequence === undefined) continue;
      const names = reads.filter((read) => read.sequence >= sequence).map(({ name }) => name);
      if (names.length <= most) continue;
      most = names.length;
      seen.set(key, names);
    }
    return seen;
  });
  readonly lastOfMine = computed(() => this.all().findLast(({ isMine }) => isMine));

  isMine({ author }: Pick<ChatMessage, 'author'>): boolean {
    return author.id === this.#me().owner;
  }

  /** Messages of mine that came back before the answer that tells their task. */
  #twins(drawn: readonly ChatMessage[]): ReadonlyMap<ChatMessage, string> {
    const twins = new Map<ChatMessage, string>();
    for (const { key, text, at, taskId } of this.mine()) {
      if (taskId !== undefined) continue;
      const isTwin = (message: ChatMessage) =>
        message.text === text && this.isMine(message) && !twins.has(message) && this.#outbox.keyOf(message.taskId) === undefined &&
        Date.parse(message.sentAt) > Date.parse(at) - clockFault; // prettier-ignore
      const twin = drawn.find(isTwin);
      if (twin) twins.set(twin, key);
    }
    return twins;
  }

  #there(message: ChatMessage, twin: string | undefined): ShownMessage {
    const known = this.#known.get(message);
    const isMine = this.isMine(message);
    const key = known?.key ?? twin ?? this.#outbox.keyOf(message.taskId) ?? message.taskId;
    if (known?.isMine === isMine) return known;
    const shown = { ...message, key, isMine, state: { kind: 'there' } } as const;
    this.#known.set(message, shown);
    return shown;
  }

  #coming({ key, taskId, text, at, state, replyTo }: Unsent): ShownMessage {
    const { owner = '', name } = this.#me();
    const more = { ...(taskId !== undefined && { taskId }), ...(replyTo !== undefined && { replyTo }) };
    return { key, author: { id: owner, name }, isMine: true, text, at, state, ...more };
  }
}
