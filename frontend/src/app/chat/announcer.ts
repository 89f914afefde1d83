import { DestroyRef, effect, inject, type Signal, signal, untracked } from '@angular/core';
import type { ChatMessage } from '../../../../contracts/chat.ts';

/** What comes within so long is said in one go. Milliseconds. */
const batchMs = 2_000;
/** Read out whole up to so many; more are counted. */
const mostRead = 2;
const mostText = 200;

/** To be said politely to whoever listens rather than looks: what others have written since the room was opened. */
export function announcementOf(
  log: Signal<readonly ChatMessage[] | undefined>,
  isMine: (message: ChatMessage) => boolean,
): Signal<string> {
  const text = signal('');
  let known: number | undefined;
  let waiting: readonly ChatMessage[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = () => {
    timer = undefined;
    text.set(wordsOf(waiting));
    waiting = [];
  };
  effect(() => {
    const messages = log();
    if (messages === undefined) return;
    const before = known;
    known = messages.at(-1)?.sequence ?? 0;
    if (before === undefined) return;
    const come = untracked(() => messages.filter((message) => message.sequence > before && !isMine(message)));
    if (come.length === 0) return;
    waiting = [...waiting, ...come];
    timer ??= setTimeout(say, batchMs);
  });
  inject(DestroyRef).onDestroy(() => clearTimeout(timer));
  return text.asReadonly();
}

function wordsOf(messages: readonly ChatMessage[]): string {
  if (messages.length <= mostRead) {
    return messages.map(({ author, text }) => `${author.name}: ${text.slice(0, mostText)}`).join('. ');
  }
  const names = [...new Set(messages.map(({ author }) => author.name))].join(', ');
  return $localize`${messages.length}:count: new messages from ${names}:names:`;
}
