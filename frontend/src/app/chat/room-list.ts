import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { ChatRooms, unreadIn } from '../live/chat-rooms.ts';
import { ArrowKeys } from '../ui/arrow-keys.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { NewRoom } from './new-room.ts';
import { People } from './people.ts';

/** Every room: what is new there, and who is in it. */
@Component({
  selector: 'app-room-list',
  imports: [ArrowKeys, Icon, NewRoom, People, ProblemNote, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './room-list.html',
  styleUrl: './room-list.scss',
})
export class RoomList {
  /** The room that is open. */
  readonly shown = input<string | undefined>();
  readonly #rooms = inject(ChatRooms);
  readonly #router = inject(Router);
  protected readonly isMaking = signal(false);
  protected readonly problem = computed(() => this.#rooms.problem()?.message);
  protected readonly rooms = computed(() =>
    this.#rooms.all()?.map((room) => ({ ...room, unread: unreadIn(room), count: shorten(unreadIn(room)) })),
  );

  makeRoom(): void {
    this.isMaking.update((is) => !is);
  }

  protected stopMaking(): void {
    this.isMaking.set(false);
  }

  protected again(): void {
    this.#rooms.again();
  }

  protected open(room: string): void {
    this.isMaking.set(false);
    void this.#router.navigate(['/chat', room]);
  }
}

function shorten(count: number): string {
  return count > 999 ? '999+' : String(count);
}
