import { Subject } from 'rxjs';
import type { ChatMessage, ChatNews, ChatRoom } from '../../contracts/chat.ts';
import { RoomsFeed } from './rooms-feed.ts';

const message = (room: string, sequence: number): ChatMessage => ({
  room,
  sequence,
  taskId: `t${sequence}`,
  author: { id: 'bob', name: 'Bob' },
  text: '',
  sentAt: '',
  at: `at ${sequence}`,
});
const room = (name: string, more: Partial<ChatRoom> = {}): ChatRoom => ({ name, last: 0, read: 0, here: [], ...more });

const feeds: RoomsFeed[] = [];
afterEach(() => feeds.splice(0).forEach((feed) => feed.stop()));

function world(rooms: ChatRoom[]) {
  const [news$, checks$] = [new Subject<ChatNews>(), new Subject<void>()];
  const server = { rooms };
  const listRooms = async () => server.rooms;
  const feed = new RoomsFeed({ listRooms, getMe: async () => 'me', news$, checks$, schedule: (draw) => setTimeout(draw, 0) }); // prettier-ignore
  feeds.push(feed);
  let shown: readonly ChatRoom[] | undefined;
  feed.rooms$.subscribe((now) => (shown = now));
  feed.start();
  const shows = async (...expected: ChatRoom[]) => {
    while (JSON.stringify(shown) !== JSON.stringify(expected)) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return { server, feed, news$, checks$, shows };
}

describe('rooms', () => {
  it('are kept up by what is pushed, also before the first answer', async () => {
    const { news$, shows } = world([room('general', { last: 1, lastAt: 'at 1' }), room('zoo')]);
    news$.next({ messages: [message('general', 2)] });
    await shows(room('general', { last: 2, lastAt: 'at 2' }), room('zoo'));
    const reads = [{ room: 'general', person: 'me', name: 'Me', sequence: 1 }, { room: 'general', person: 'bob', name: 'Bob', sequence: 2 }]; // prettier-ignore
    news$.next({ messages: [message('general', 1)], reads, rooms: [{ name: 'bar', topic: 'Drinks' }] });
    news$.next({ here: [{ room: 'zoo', people: [{ id: 'me', name: 'Me' }] }] });
    await shows(
      room('general', { last: 2, lastAt: 'at 2', read: 1 }),
      { name: 'bar', topic: 'Drinks', last: 0, read: 0, here: [] },
      room('zoo', { here: [{ id: 'me', name: 'Me', isYou: true }] }),
    );
  });

  it('have nothing new by what I say myself, where I have read all that came before', async () => {
    const { news$, shows } = world([room('general', { last: 2, lastAt: 'at 2', read: 2 }), room('zoo', { last: 2, read: 1 })]); // prettier-ignore
    const mine = (name: string, sequence: number) => ({ ...message(name, sequence), author: { id: 'me', name: 'Me' } });
    news$.next({ messages: [mine('general', 3), mine('general', 4), message('general', 5), mine('zoo', 3)] });
    await shows(
      room('general', { last: 5, lastAt: 'at 5', read: 4 }),
      room('zoo', { last: 3, read: 1, lastAt: 'at 3' }),
    );
  });

  it('show at once what was read, no further than was said, and never go back for an older answer', async () => {
    const { server, feed, news$, checks$, shows } = world([room('general', { last: 3, lastAt: 'at 3' })]);
    await shows(room('general', { last: 3, lastAt: 'at 3' }));
    feed.noteRead('general', 9);
    await shows(room('general', { last: 3, lastAt: 'at 3', read: 3 }));
    news$.next({ messages: [message('general', 5)] });
    server.rooms = [room('general', { last: 4, lastAt: 'at 4', read: 2 }), room('new')];
    checks$.next();
    const kept = room('general', { last: 5, lastAt: 'at 5', read: 3 });
    await shows(kept, room('new'));
  });
});
