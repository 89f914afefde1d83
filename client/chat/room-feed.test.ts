import { Subject } from 'rxjs';
import type { ChatMessage, ChatNews, ChatPage, ChatRead } from '../../contracts/chat.ts';
import { ApiError, apiErrorFrom } from '../api-error.ts';
import type { ChatPageQuery } from './chat-api.ts';
import type { RoomLog } from './chat.ts';
import { RoomFeed } from './room-feed.ts';

const message = (sequence: number, room = 'general'): ChatMessage => ({
  room,
  sequence,
  taskId: `t${sequence}`,
  author: { id: 'ada', name: 'Ada' },
  text: `${sequence}`,
  sentAt: '',
  at: '',
});
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
const read = (person: string, sequence: number): ChatRead => ({ room: 'general', person, name: person, sequence });

const feeds: RoomFeed[] = [];
afterEach(() => feeds.splice(0).forEach((feed) => feed.stop()));

/** A room that keeps so many messages, and whoever watches it: nothing is fetched but for a push, or a check that the test asks for. */
function world(last: number, first = last === 0 ? 0 : 1) {
  const server = { first, last, refusal: undefined as ApiError | undefined };
  const [news$, checks$] = [new Subject<ChatNews>(), new Subject<void>()];
  const asked: ChatPageQuery[] = [];
  const listMessages = async (_: string, query: ChatPageQuery): Promise<ChatPage> => {
    asked.push(query);
    if (server.refusal !== undefined) throw server.refusal;
    const { before, after, limit = 50 } = query;
    const from = after === undefined ? Math.max(server.first, (before ?? server.last + 1) - limit) : Math.max(server.first, after + 1); // prettier-ignore
    const to = after === undefined ? (before ?? server.last + 1) - 1 : Math.min(server.last, from + limit - 1);
    return { messages: range(Math.max(1, from), to).map((n) => message(n)), reads: [], first: server.first, last: server.last }; // prettier-ignore
  };
  const feed = new RoomFeed({ room: 'general', api: { listMessages }, news$, checks$, schedule: (draw) => setTimeout(draw, 0) }); // prettier-ignore
  feeds.push(feed);
  const logs: RoomLog[] = [];
  let failure: unknown;
  feed.log$.subscribe({ next: (log) => logs.push(log), error: (error: unknown) => (failure = error) });
  feed.start();
  const shows = async (sequences: readonly number[]) => {
    while (JSON.stringify(logs.at(-1)?.messages.map((one) => one.sequence)) !== JSON.stringify(sequences))
      await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const push = (...sequences: number[]) => {
    server.last = Math.max(server.last, ...sequences);
    news$.next({ messages: sequences.map((n) => message(n)) });
  };
  return { server, news$, checks$, asked, feed, logs, shows, push, failure: () => failure };
}

describe('a room that is watched', () => {
  it('begins with the newest, and goes on with what is pushed, without asking again', async () => {
    const { asked, shows, push, news$ } = world(120);
    await shows(range(71, 120));
    push(121);
    push(121, 122);
    news$.next({ messages: [message(123, 'other')] });
    await shows(range(71, 122));
    expect(asked).toEqual([{ limit: 50 }]);
  });

  it('fetches what is missing before a message, and nothing when that comes a moment later', async () => {
    const { asked, shows, push } = world(3);
    await shows([1, 2, 3]);
    push(5);
    push(4);
    await shows(range(1, 5));
    expect(asked).toHaveLength(1);
    push(7);
    await shows(range(1, 7));
    expect(asked.slice(1)).toEqual([{ after: 5, limit: 200 }]);
  });

  it('finds the last message that was not pushed when it looks', async () => {
    const { server, checks$, shows } = world(3);
    await shows([1, 2, 3]);
    server.last = 4;
    checks$.next();
    await shows([1, 2, 3, 4]);
  });

  it('fetches page after page, but begins anew where that would be many', async () => {
    const { server, checks$, shows, asked, logs } = world(10);
    await shows(range(1, 10));
    server.last = 510;
    checks$.next();
    await shows(range(1, 510));
    expect(asked.slice(1).map(({ after }) => after)).toEqual([10, 210, 410]);
    server.last = 5_000;
    checks$.next();
    await shows(range(4_951, 5_000));
    expect(logs.at(-1)!.hasOlder).toBe(true);
  });

  it('begins anew with a room that was restored to what it was before', async () => {
    const { server, checks$, shows } = world(10);
    await shows(range(1, 10));
    server.last = 8;
    checks$.next();
    await shows(range(1, 8));
  });

  it('goes on trying while there is no answer, and at once when it is told to look', async () => {
    const { server, checks$, shows } = world(2);
    server.refusal = apiErrorFrom(0, undefined);
    checks$.next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    server.refusal = undefined;
    checks$.next();
    await shows([1, 2]);
  });

  it('fails where there is no such room', async () => {
    const world1 = world(0);
    world1.server.refusal = new ApiError('not-found', 404, 'There is no such room.');
    world1.checks$.next();
    while (world1.failure() === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(world1.failure()).toBe(world1.server.refusal);
  });

  it('gives older messages as far as they are kept', async () => {
    const { feed, shows, logs } = world(300, 40);
    await shows(range(251, 300));
    await Promise.all([feed.loadOlder(), feed.loadOlder()]);
    await shows(range(51, 300));
    await feed.loadOlder();
    await shows(range(40, 300));
    expect(logs.at(-1)!.hasOlder).toBe(false);
  });

  it('tells how far each has read, and shows a burst as one change', async () => {
    const { shows, push, news$, logs } = world(2);
    await shows([1, 2]);
    const before = logs.length;
    news$.next({ reads: [read('ada', 2), read('bob', 1)] });
    news$.next({ reads: [read('ada', 1)] });
    push(3);
    await shows([1, 2, 3]);
    expect(logs).toHaveLength(before + 1);
    expect(logs.at(-1)!.reads).toEqual([read('ada', 2), read('bob', 1)]);
  });
});
