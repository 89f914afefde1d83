import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { ChatMessage } from '../../../../contracts/chat.ts';
import { Permissions } from '../live/permissions.ts';
import { exactTime } from '../ui/duration.ts';
import { Icon } from '../ui/icon.ts';
import { shownLocale } from '../ui/locale.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { Avatar } from './avatar.ts';
import type { ShownMessage } from './message-rows.ts';
import { MessageStatus } from './message-status.ts';
import { MessageText } from './message-text.ts';

const clock = new Intl.DateTimeFormat(shownLocale(), { hour: 'numeric', minute: '2-digit' });

/** One message: who, when and what, what it answers, and of mine how it is on its way. */
@Component({
  selector: 'app-message-row',
  imports: [Avatar, Icon, MessageStatus, MessageText, RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.first]': 'isFirst()', '[class.coming]': '!message().sequence' },
  templateUrl: './message-row.html',
  styleUrl: './message-row.scss',
})
export class MessageRow {
  readonly message = input.required<ShownMessage>();
  /** Of those that its author wrote in a row. */
  readonly isFirst = input.required<boolean>();
  /** The message that it answers, where that is known. */
  readonly quoted = input<ChatMessage | undefined>();
  readonly seenBy = input<readonly string[] | undefined>();
  readonly isLastOfMine = input(false);
  /** Whether the keyboard is at this one: of all others it need not pass by what can be done with them. */
  readonly isCurrent = input(false);
  readonly replied = output();
  readonly dropped = output();
  readonly unfolded = output();
  readonly quoteFollowed = output<number>();
  /** Tasks of others are for operators to see. */
  protected readonly isOperator = inject(Permissions).isOperator;
  protected readonly stop = computed(() => (this.isCurrent() ? 0 : -1));
  protected readonly clockTime = computed(() => clock.format(new Date(this.message().at)));
  protected readonly exact = computed(() => exactTime(this.message().at));
}
