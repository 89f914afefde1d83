import { BreakpointObserver } from '@angular/cdk/layout';
import { DOCUMENT } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, input, signal, untracked, viewChild } from '@angular/core'; // prettier-ignore
import { toSignal } from '@angular/core/rxjs-interop';
import { Router } from '@angular/router';
import { map } from 'rxjs';
import { ChatCount } from '../frame/chat-count.ts';
import { Commands } from '../frame/commands.ts';
import { injectChat } from '../live/chat.ts';
import { ChatRooms, firstRoom, unreadIn } from '../live/chat-rooms.ts';
import { Memory } from '../ui/memory.ts';
import { RoomList } from './room-list.ts';
import { RoomView } from './room-view.ts';

const wide = '(width >= 800px)';
const lastRoomKey = 'chat-room';

/** The rooms, and one of them beside; on a phone each has the page for itself. */
@Component({
  selector: 'app-chat-page',
  imports: [RoomList, RoomView],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.wide]': 'isWide()' },
  template: `
    @if (isWide() || !room()) {
      <app-room-list [shown]="room()" />
    }
    <!-- Each room has a view of its own: nothing of one is left in the next. -->
    @for (one of open(); track one.name) {
      <app-room-view [name]="one.name" [isBeside]="isWide()" [isChosen]="isWide() && hasChosen()" />
    }
  `,
  styleUrl: './chat-page.scss',
})
export class ChatPage {
  /** From the address. */
  readonly room = input<string | undefined>();
  readonly #router = inject(Router);
  readonly #chat = injectChat();
  readonly #rooms = inject(ChatRooms);
  readonly #memory = inject(Memory);
  readonly #page = inject(DOCUMENT);
  readonly #media = inject(BreakpointObserver);
  private readonly list = viewChild(RoomList);
  private readonly view = viewChild(RoomView);
  protected readonly isWide = toSignal(this.#media.observe(wide).pipe(map(({ matches }) => matches)), { initialValue: this.#media.isMatched(wide) }); // prettier-ignore
  protected readonly open = computed(() => [this.room()].flatMap((name) => (name === undefined ? [] : [{ name }])));
  /** Went from one room to another, and so wants to write there. */
  protected readonly hasChosen = signal(false);
  readonly #isLookedAt = signal(!this.#page.hidden);

  constructor() {
    effect(() => {
      if (this.room() === undefined && this.isWide()) untracked(() => this.#goBack());
    });
    const isRoom = computed(() => this.#rooms.all()?.some(({ name }) => name === this.room()));
    effect(() => this.#remember(isRoom()));
    effect(() => this.#chat.setRoom(this.#isLookedAt() && isRoom() === true ? this.room() : undefined));
    let before: string | undefined;
    effect(() => {
      this.hasChosen.set(before !== undefined);
      before = this.room();
    });
    const looked = () => this.#isLookedAt.set(!this.#page.hidden);
    this.#page.addEventListener('visibilitychange', looked);
    inject(DestroyRef).onDestroy(() => {
      this.#page.removeEventListener('visibilitychange', looked);
      this.#chat.setRoom(undefined);
    });
    // Whoever saves data has the count from here on.
    void inject(ChatCount).watch();
    this.#offerCommands();
  }

  #go(room: string): void {
    void this.#router.navigate(['/chat', room]);
  }

  /** To the room where this person was last. */
  #goBack(): void {
    void this.#router.navigate(['/chat', this.#memory.read(lastRoomKey) ?? firstRoom], { replaceUrl: true });
  }

  /** A room that is not there is none to come back to. */
  #remember(isRoom: boolean | undefined): void {
    const room = this.room();
    if (room === undefined || isRoom === undefined) return;
    if (isRoom) this.#memory.write(lastRoomKey, room);
    else if (this.#memory.read(lastRoomKey) === room) this.#memory.forget(lastRoomKey);
  }

  #offerCommands(): void {
    const next = computed(() => this.#rooms.all()?.find((room) => room.name !== this.room() && unreadIn(room) > 0));
    inject(Commands).offer(
      computed(() => [
        { title: $localize`Write a message`, icon: 'edit' as const, keys: 'w', unavailable: this.room() === undefined ? $localize`Open a room first.` : undefined, run: () => this.view()?.writeHere() },
        { title: $localize`Go to the next room with something new`, icon: 'chat' as const, keys: 'u', unavailable: next() ? undefined : $localize`You have seen everything.`, run: () => this.#go(next()!.name) },
        { title: $localize`Make a room`, icon: 'plus' as const, keys: 'n', run: () => this.list()?.makeRoom() },
        ...(this.#rooms.all() ?? []).filter(({ name }) => name !== this.room()).map(({ name }) => ({ title: $localize`Go to the room #${name}:room:`, icon: 'chat' as const, run: () => this.#go(name) })),
      ]),
    ); // prettier-ignore
  }
}
