import { shownLocale } from '../ui/locale.ts';

/** How a message of one's own is on its way. Of others one sees only those that are in the room. */
export type MessageState =
  | { readonly kind: 'sending' | 'offline' | 'queued' | 'retrying' | 'there' }
  | { readonly kind: 'scheduled'; readonly for: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** A message as it is shown, in the room or still on its way there. */
export interface ShownMessage {
  /** The same from the moment it is sent. */
  readonly key: string;
  /** Missing while it is on its way. */
  readonly sequence?: number;
  readonly taskId?: string;
  readonly author: { readonly id: string; readonly name: string };
  readonly isMine: boolean;
  readonly text: string;
  readonly replyTo?: number | undefined;
  /** ISO 8601 */
  readonly at: string;
  readonly state: MessageState;
}

export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly word: string }
  | { readonly kind: 'new'; readonly key: 'new' }
  | { readonly kind: 'message'; readonly key: string; readonly message: ShownMessage; readonly isFirst: boolean };

/** Messages of one person within so long stand below one name. Milliseconds. */
const groupMs = 5 * 60_000;

/** With a line before each day and before what is new; those that one person wrote in a row stand together. */
export function rowsOf(messages: readonly ShownMessage[], newFrom: number | undefined, now: number): readonly Row[] {
  const rows: Row[] = [];
  let before: ShownMessage | undefined;
  for (const message of messages) {
    const isNewDay = before === undefined || dayOf(before.at) !== dayOf(message.at);
    if (isNewDay) rows.push({ kind: 'day', key: `day ${dayOf(message.at)}`, word: dayWord(message.at, now) });
    const isNew = newFrom !== undefined && isFrom(message, newFrom) && !(before && isFrom(before, newFrom));
    if (isNew) rows.push({ kind: 'new', key: 'new' });
    const isFirst = isNewDay || isNew || !belongsTo(before, message);
    rows.push({ kind: 'message', key: message.key, message, isFirst });
    before = message;
  }
  return rows;
}

const isFrom = ({ sequence }: ShownMessage, from: number) => sequence !== undefined && sequence >= from;

function belongsTo(before: ShownMessage | undefined, { author, at, replyTo }: ShownMessage): boolean {
  if (before?.author.id !== author.id || replyTo !== undefined) return false;
  return Math.abs(Date.parse(at) - Date.parse(before.at)) < groupMs;
}

const dayOf = (at: string) => new Date(at).toDateString();
const days = new Intl.DateTimeFormat(shownLocale(), { weekday: 'long', day: 'numeric', month: 'long' });
const daysWithYear = new Intl.DateTimeFormat(shownLocale(), { dateStyle: 'full' });

function dayWord(at: string, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (then.toDateString() === today.toDateString()) return $localize`Today`;
  if (then.toDateString() === yesterday.toDateString()) return $localize`Yesterday`;
  return (then.getFullYear() === today.getFullYear() ? days : daysWithYear).format(then);
}
