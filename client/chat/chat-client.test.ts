import { BehaviorSubject, Subject } from 'rxjs';
import type { ChatNews, ChatPage, ChatRoom } from '../../contracts/chat.ts';
import type { ConnectionState } from '../connection-state.ts';
import type { ChatApi } from './chat-api.ts';
import { ChatClient } from './chat-client.ts';

const general: ChatRoom = { name: 'general', last: 0, read: 0, here: [] };
const empty: ChatPage = { messages: [], reads: [], first: 0, last: 0 };

function world() {
  const connection$ = new BehaviorSubject<ConnectionState>({ kind: 'live' });
  const asked = { rooms: 0, messages: 0 };
  const api = {
    setPresence: async () => undefined,
    getMe: async () => ({ id: 'me' }),
    listRooms: async () => [{ ...general, last: (asked.rooms += 1) }],
    listMessages: async () => ((asked.messages += 1), empty),
  } as unknown as ChatApi;
  const chat = new ChatClient({
    api,
    news$: new Subject<ChatNews>(),
    connection$,
    start: () => undefined,
    submit: async () => Promise.reject(new Error('Nothing is said here.')),
    watch: () => new Subject(),
    schedule: (draw) => setTimeout(draw, 0),
  });
  chats.push(chat);
  return { chat, connection$, asked };
}

const chats: ChatClient[] = [];
const settled = () => jest.advanceTimersByTimeAsync(100);

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  chats.splice(0).forEach((chat) => chat.stop());
  jest.useRealTimers();
});

it('asks for the rooms once when the connection is back, and not with each try to connect', async () => {
  const { chat, connection$, asked } = world();
  chat.rooms().subscribe();
  await settled();
  const before = asked.rooms;
  for (let retryAt = 0; retryAt < 5; retryAt += 1) {
    connection$.next({ kind: 'offline', retryAt });
    await settled();
  }
  expect(asked.rooms).toBe(before);
  connection$.next({ kind: 'live' });
  await settled();
  expect(asked.rooms).toBe(before + 1);
});

it('asks for messages of the open room with each try, as they come without a push service as well', async () => {
  const { chat, connection$, asked } = world();
  chat.messages('general').subscribe();
  await settled();
  const before = asked.messages;
  connection$.next({ kind: 'offline', retryAt: 0 });
  await settled();
  expect(asked.messages).toBe(before + 1);
});
