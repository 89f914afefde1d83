import { Observable } from 'rxjs';
import type { chatLimits, ChatNews, ChatPerson } from '../../contracts/chat.ts';

const typingMs = 6_000 satisfies typeof chatLimits.typingMs;

/** Who types in a room now, but for `me`: until some seconds have gone without another sign, or what they typed has come. */
export function typingIn(room: string, me: string, news$: Observable<ChatNews>): Observable<readonly ChatPerson[]> {
  return new Observable((subscriber) => {
    const typing = new Map<string, { readonly name: string; readonly timer: ReturnType<typeof setTimeout> }>();
    const tell = () => subscriber.next([...typing].map(([id, { name }]) => ({ id, name, isYou: false })));
    const drop = (id: string) => {
      clearTimeout(typing.get(id)?.timer);
      if (typing.delete(id)) tell();
    };
    const note = (id: string, name: string) => {
      const known = typing.get(id);
      clearTimeout(known?.timer);
      typing.set(id, { name, timer: setTimeout(() => drop(id), typingMs) });
      if (known === undefined) tell();
    };
    tell();
    const listening = news$.subscribe((news) => {
      for (const one of news.typing ?? []) if (one.room === room && one.id !== me) note(one.id, one.name);
      for (const message of news.messages ?? []) if (message.room === room) drop(message.author.id);
    });
    return () => {
      listening.unsubscribe();
      for (const { timer } of typing.values()) clearTimeout(timer);
    };
  });
}
