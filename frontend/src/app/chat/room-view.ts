import { DOCUMENT } from '@angular/common';
import { afterNextRender, ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, input, type OnInit, signal, untracked, viewChild } from '@angular/core'; // prettier-ignore
import { MatButton, MatIconButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { ChatRooms } from '../live/chat-rooms.ts';
import { injectChat } from '../live/chat.ts';
import { SignIn } from '../live/who.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { announcementOf } from './announcer.ts';
import { Composer, type Written } from './composer.ts';
import { MessageLog } from './message-log.ts';
import { OpenRoom } from './open-room.ts';
import { Outbox } from './outbox.ts';
import { People } from './people.ts';
import { ShownMessages } from './shown-messages.ts';
import { typingWords } from './typing-words.ts';

/** With more unread than this, one begins at the newest rather than at the first unread. */
const mostToCatchUp = 1_000;

/** A room: what was said in it, who is there, and where one says something. One for each room. */
@Component({
  selector: 'app-room-view',
  imports: [Composer, Icon, MatButton, MatIconButton, MessageLog, People, ProblemNote, RouterLink],
  providers: [ShownMessages],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './room-view.html',
  styleUrl: './room-view.scss',
})
export class RoomView implements OnInit {
  readonly name = input.required<string>();
  /** Beside the list of rooms, rather than alone on a phone. */
  readonly isBeside = input(true);
  /** Whether somebody has just chosen it, and goes on to write. */
  readonly isChosen = input(false);
  readonly #chat = injectChat();
  readonly #rooms = inject(ChatRooms);
  readonly #outbox = inject(Outbox);
  readonly #page = inject(DOCUMENT);
  readonly #signIn = inject(SignIn);
  protected readonly shown = inject(ShownMessages);
  private readonly log = viewChild(MessageLog);
  private readonly composer = viewChild(Composer);
  protected room!: OpenRoom;
  protected readonly isReady = signal(false);
  readonly #messages = computed(() => this.shown.room()?.log()?.messages);
  /** Sequence of the last message that was in sight. */
  readonly #shownTo = signal(0);
  protected readonly problem = computed(() => (this.#messages() === undefined ? this.room.problem() : undefined));
  readonly #known = computed(() => this.#rooms.all()?.find(({ name }) => name === this.name()));
  protected readonly topic = computed(() => this.#known()?.topic ?? '');
  protected readonly newBelow = computed(() => {
    const isNew = (sequence: number) => sequence > this.#shownTo();
    return (this.#messages() ?? []).filter((message) => isNew(message.sequence) && !this.shown.isMine(message)).length;
  });
  protected readonly typingText = computed(() => typingWords(this.room.typing()));
  protected readonly announcement = announcementOf(this.#messages, (message) => this.shown.isMine(message));
  protected readonly find = (sequence: number) => this.room.find(sequence);

  constructor() {
    effect(() => {
      if (this.#messages() !== undefined) untracked(() => void this.#take());
    });
    inject(DestroyRef).onDestroy(() => this.room.close());
    afterNextRender(() => {
      if (this.isChosen()) this.writeHere();
    });
  }

  ngOnInit(): void {
    this.room = new OpenRoom(this.#chat, this.name());
    this.shown.room.set(this.room);
  }

  writeHere(): void {
    this.composer()?.focus();
  }

  protected noteShown(sequence: number): void {
    if (sequence <= this.#shownTo()) return;
    this.#shownTo.set(sequence);
    this.#chat.markRead(this.name(), sequence);
  }

  protected noteTyping(): void {
    this.#chat.noteTyping();
  }

  protected send({ text, replyTo }: Written): void {
    this.#outbox.send(this.name(), text, replyTo);
    this.shown.newFrom.set(undefined);
    this.log()?.goDown();
  }

  protected answer(sequence: number): void {
    this.composer()?.answer(sequence);
  }

  protected answerLast(): void {
    const last = this.room.last();
    if (last > 0) this.answer(last);
  }

  /** There are messages, or others than before. */
  async #take(): Promise<void> {
    this.#outbox.arrived(this.room.log()!);
    if (!this.isReady()) await this.#begin();
    else this.#goOn();
  }

  async #begin(): Promise<void> {
    const { owner } = await this.#signIn.known;
    const mark = this.room.log()?.reads.find(({ person }) => person === owner);
    const read = Math.max(this.#known()?.read ?? 0, mark?.sequence ?? 0);
    const last = this.room.last();
    this.#shownTo.set(read);
    this.room.showNewest();
    if (read > 0 && last > read && last - read <= mostToCatchUp) await this.room.showAround(read + 1);
    if (read > 0) this.#markNew(read);
    this.isReady.set(true);
  }

  #goOn(): void {
    this.room.trim(this.log()?.isAtEnd() === true);
    const isSeen = !this.#page.hidden && this.log()?.isAtEnd() === true;
    // The line of an earlier absence has done its work once all below it has been seen.
    const isLineNew = (this.shown.newFrom() ?? 0) > this.#shownTo();
    if (!isSeen && !isLineNew) this.#markNew(this.#shownTo());
  }

  /** The line stands before the first message of somebody else after this one. */
  #markNew(after: number): void {
    const first = (this.#messages() ?? []).find((message) => message.sequence > after && !this.shown.isMine(message));
    if (first) this.shown.newFrom.set(first.sequence);
  }
}
