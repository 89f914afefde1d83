import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { exactTime } from '../ui/duration.ts';
import { isolated } from '../ui/isolated.ts';
import { Icon, type IconName } from '../ui/icon.ts';
import type { MessageState, ShownMessage } from './message-rows.ts';
import { Outbox } from './outbox.ts';

/** How a message of mine is on its way: the way of its task, in a few words. */
@Component({
  selector: 'app-message-status',
  imports: [Icon, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class]': 'message().state.kind' },
  template: `
    @if (failed(); as reason) {
      <p class="failed" role="alert">
        <app-icon name="stop" [size]="15" />
        <span><ng-container i18n>Not sent.</ng-container>&ngsp;{{ reason }}</span>
      </p>
      <p class="ways">
        <button type="button" (click)="again()" i18n>Try again</button>
        @if (message().taskId; as id) {
          <a [routerLink]="['/tasks', id]" i18n>Look at its task</a>
        }
        <button type="button" (click)="drop()" i18n>Remove</button>
      </p>
    } @else if (seenBy(); as names) {
      <button class="seen" type="button" [attr.aria-description]="namesText()">
        <app-icon name="seen" [size]="15" />
        <span i18n>{names.length, plural, =1 {Seen by {{ namesText() }}} other {Seen by {{ names.length }}}}</span>
        <span class="names" aria-hidden="true">{{ namesText() }}</span>
      </button>
    } @else if (isShown()) {
      <span>
        <app-icon [name]="look().icon" [size]="15" />{{ look().word }}
        @if (message().taskId && !message().sequence) {
          · <a [routerLink]="['/tasks', message().taskId]" i18n>its task</a>
        }
      </span>
    }
  `,
  styleUrl: './message-status.scss',
})
export class MessageStatus {
  readonly message = input.required<ShownMessage>();
  /** Missing where it is told of a later one. */
  readonly seenBy = input<readonly string[] | undefined>();
  readonly isLast = input(false);
  /** It is gone, and what was pressed with it. */
  readonly dropped = output();
  readonly #outbox = inject(Outbox);
  protected readonly failed = computed(() => {
    const { state } = this.message();
    return state.kind === 'failed' ? state.reason || ' ' : undefined;
  });
  protected readonly namesText = computed(() => (this.seenBy() ?? []).map(isolated).join(', '));
  protected readonly look = computed(() => lookOf(this.message().state));
  /** That one is there need not be said of each. */
  protected readonly isShown = computed(() => this.message().sequence === undefined || this.isLast());

  protected again(): void {
    const entry = this.#entry();
    if (entry) void this.#outbox.again(entry);
  }

  protected drop(): void {
    this.#outbox.drop(this.message().key);
    this.dropped.emit();
  }

  #entry() {
    return this.#outbox.entries().find(({ key }) => key === this.message().key);
  }
}

function lookOf(state: MessageState): { readonly icon: IconName; readonly word: string } {
  switch (state.kind) {
    case 'sending':
      return { icon: 'submit', word: $localize`Sending` };
    case 'offline':
      return { icon: 'clock', word: $localize`Goes out when the connection is back` };
    case 'queued':
      return { icon: 'tray', word: $localize`On its way` };
    case 'retrying':
      return { icon: 'retry', word: $localize`Not there yet, tried again soon` };
    case 'scheduled':
      return { icon: 'clock', word: $localize`Goes out ${exactTime(state.for)}:time:` };
    case 'there':
      return { icon: 'tick', word: $localize`In the room` };
    case 'failed':
      return { icon: 'stop', word: state.reason };
  }
}
