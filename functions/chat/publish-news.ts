import { chatGroup, chatMethod, type ChatNews } from '../../contracts/chat.ts';
import { batcher } from '../azure/batcher.ts';
import { sendToClients } from '../azure/signalr.ts';
import { keepTrackOfPush } from '../events/pushes.ts';

/** A SignalR REST call takes 1 MB; a message has some 16 KB at most. */
const bytesPerSend = 500_000;
const newsPerSend = 1_000;
/** A message goes at once; where there are many, this spares calls. */
const pauseMs = 20;

interface Weighed {
  readonly news: ChatNews;
  readonly bytes: number;
}

/**
 * Pushes what happens in the chat to everybody in it, several pieces together, without keeping the caller waiting. Who misses a message
 * sees so by the next one's sequence, and reads it in the room.
 */
export function newsPush(send = sendToClients): (news: ChatNews) => void {
  const add = batcher<Weighed>(
    (pieces) => send({ group: chatGroup }, chatMethod, [together(pieces.map(({ news }) => news))]),
    { items: newsPerSend, weight: bytesPerSend, weigh: ({ bytes }) => bytes, pauseMs },
  );
  return (news) => keepTrackOfPush(add({ news, bytes: Buffer.byteLength(JSON.stringify(news)) }));
}

export const publishNews = newsPush();

/** Of somebody who types, and of who is in a room, the last that was said counts. */
function together(pieces: readonly ChatNews[]): ChatNews {
  const all = <Name extends keyof ChatNews>(name: Name) => pieces.flatMap((news): Item<Name>[] => (news[name] ?? []) as Item<Name>[]); // prettier-ignore
  const news = {
    messages: all('messages').sort((a, b) => a.sequence - b.sequence),
    reads: all('reads'),
    rooms: all('rooms'),
    typing: newest(all('typing'), ({ room, id }) => `${room} ${id}`),
    here: newest(all('here'), ({ room }) => room),
  };
  return Object.fromEntries(Object.entries(news).filter(([, items]) => items.length > 0));
}

type Item<Name extends keyof ChatNews> = NonNullable<ChatNews[Name]>[number];

function newest<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [nameOf(item), item])).values()];
}
