import { Redis } from 'ioredis';
import { filter, firstValueFrom, type Observable } from 'rxjs';
import { chatOf, type RoomLog } from '../../client/chat/index.ts';
import { connect, type TaskClient } from '../../client/index.ts';
import type { ChatMessage, ChatPage, ChatRead, ChatRoom, ChatRooms } from '../../contracts/chat.ts';
import { appendMessage } from '../../functions/chat/room-store.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import { Api } from '../support/api.ts';
import { useStack } from '../support/stack.ts';

jest.setTimeout(120_000);

const clients: TaskClient[] = [];
let redis: Redis;
// Before useStack, as hooks run in their order: the clients go first, then their servers.
afterAll(() => redis.disconnect());
afterEach(() => clients.splice(0).forEach((client) => client.stop()));
const stack = useStack({ settings: { RetryFirstDelayMs: '50' } });
let ada: Api;
let bob: Api;
let rooms = 0;
let room: string;

beforeAll(async () => {
  redis = new Redis(stack().redisUrl);
  const anyone = new Api(stack().baseUrl);
  [ada, bob] = [await anyone.as('ada', 'user'), await anyone.as('bob', 'user')];
});
beforeEach(async () => {
  room = `room-${++rooms}`;
  expect((await ada.post('/api/chat/rooms', { name: room })).status).toBe(201);
});

function clientOf(api: Api): TaskClient {
  const client = connect({ url: stack().baseUrl, headers: api.headers });
  clients.push(client);
  return client;
}

/** What a client shows of the room now, kept up until it is stopped. */
function watch(client: TaskClient, name = room) {
  const shown: { log?: RoomLog } = {};
  const messages = chatOf(client).messages(name);
  messages.subscribe((log) => (shown.log = log));
  return { messages, shows: (isWanted: (log: RoomLog) => boolean) => until(messages, isWanted), now: () => shown.log! };
}

const until = <T>(values: Observable<T>, isWanted: (value: T) => boolean) =>
  firstValueFrom(values.pipe(filter(isWanted)));
const live = (client: TaskClient) => until(client.connection$, ({ kind }) => kind === 'live');
const sequences = (messages: readonly ChatMessage[]) => messages.map(({ sequence }) => sequence);
const textsOf = (author: string, messages: readonly ChatMessage[]) =>
  messages.filter((message) => message.author.id === author).map(({ text }) => text);
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** Sends until it is accepted, as a page does whose server is away for a moment; the key makes one message of all tries. */
async function send(client: TaskClient, text: string): Promise<string> {
  const { accepted, idempotencyKey } = chatOf(client).send(room, text);
  for (let sent = accepted; ;) {
    try {
      return (await sent).id;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
      sent = chatOf(client).send(room, text, { idempotencyKey }).accepted;
    }
  }
}

async function sayAll(client: TaskClient, author: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (const n of upTo(count)) ids.push(await send(client, `${author} ${n}`));
  return ids;
}

async function everything(api: Api): Promise<ChatMessage[]> {
  const messages: ChatMessage[] = [];
  for (;;) {
    const after = messages.at(-1)?.sequence ?? 0;
    const { body } = await api.call<ChatPage>(`/api/chat/rooms/${room}/messages?after=${after}&limit=200`);
    if (body.messages.length === 0) return messages;
    messages.push(...body.messages);
  }
}

it('shows two people who talk at once the same room: no gap, nothing twice, each one’s words in their order', async () => {
  const each = 100;
  const [ofAda, ofBob] = [clientOf(ada), clientOf(bob)];
  const [atAda, atBob] = [watch(ofAda), watch(ofBob)];
  await Promise.all([sayAll(ofAda, 'ada', each), sayAll(ofBob, 'bob', each)]);
  const logs = await Promise.all(
    [atAda, atBob].map(({ shows }) => shows(({ messages }) => messages.length >= 2 * each)),
  );
  for (const { messages } of logs) {
    expect(sequences(messages)).toEqual(upTo(2 * each));
    for (const who of ['ada', 'bob']) expect(textsOf(who, messages)).toEqual(upTo(each).map((n) => `${who} ${n}`));
  }
  expect(logs[0]!.messages).toEqual(logs[1]!.messages);
  expect(await everything(ada)).toEqual(logs[0]!.messages);
});

it('loses and doubles nothing that was acknowledged when the host dies in the middle', async () => {
  const each = 40;
  const [ofAda, ofBob] = [clientOf(ada), clientOf(bob)];
  const { shows } = watch(ofBob);
  const sending = Promise.all([sayAll(ofAda, 'ada', each), sayAll(ofBob, 'bob', each)]);
  await shows(({ messages }) => messages.length > 10);
  await stack().kill('host');
  await stack().untilRestarted('host');
  const sent = (await sending).flat();
  const { messages } = await shows((log) => log.messages.length >= sent.length);
  expect(messages.map(({ taskId }) => taskId).sort()).toEqual(sent.sort());
  expect(sequences(messages)).toEqual(upTo(sent.length));
  for (const who of ['ada', 'bob']) expect(textsOf(who, messages)).toEqual(upTo(each).map((n) => `${who} ${n}`));
  expect(await everything(ada)).toEqual(messages);
});

it('fills what it missed while the push service was away', async () => {
  const client = clientOf(ada);
  const { shows, now } = watch(client);
  await live(client);
  await send(client, 'before');
  await shows(({ messages }) => messages.length === 1);
  await stack().kill('services');
  // Said behind the back of the push service: nothing of it is pushed.
  for (const n of upTo(300)) await tell(`while away ${n}`);
  await stack().untilRestarted('services');
  const { messages } = await shows((log) => log.messages.length === 301);
  expect(sequences(messages)).toEqual(upTo(301));
  await live(client);
  await send(client, 'after');
  await shows((log) => log.messages.at(-1)?.text === 'after');
  expect(sequences(now().messages)).toEqual(upTo(302));
});

it('notices by the next message that one was not pushed, and fetches it', async () => {
  const client = clientOf(ada);
  const { shows } = watch(client);
  await live(client);
  await send(client, 'one');
  await shows(({ messages }) => messages.length === 1);
  await tell('two');
  await send(client, 'three');
  const { messages } = await shows((log) => log.messages.length === 3);
  expect(messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
});

/** Puts a message into the room without a word to anybody. */
async function tell(text: string): Promise<void> {
  const author = { id: 'bob', name: 'Bob' };
  const message = { taskId: createTaskId('bob', Date.now()), author, text, sentAt: new Date().toISOString() };
  await appendMessage(redis, room, message);
}

it('begins with the newest, and loads older pages as asked', async () => {
  for (const n of upTo(450)) await tell(`${n}`);
  const { messages, shows, now } = watch(clientOf(ada));
  expect(sequences((await shows(() => true)).messages)).toEqual(upTo(450).slice(-50));
  await Promise.all([messages.loadOlder(), messages.loadOlder()]);
  await shows((log) => log.messages.length === 250);
  await messages.loadOlder();
  const log = await shows(({ hasOlder }) => !hasOlder);
  expect(sequences(log.messages)).toEqual(upTo(450));
  await messages.loadOlder();
  expect(now().messages).toHaveLength(450);
});

it('keeps a message to a room that is not there as a dead letter, which arrives when the room is created and it is replayed', async () => {
  const client = clientOf(ada);
  const name = `${room}-later`;
  const sent = chatOf(client).send(name, 'Too early');
  const { id } = await sent.accepted;
  const dead = await until(sent.task, ({ state }) => state === 'dead-lettered');
  expect(dead).toMatchObject({ about: `#${name}: Too early`, orderingKey: `chat:${name}`, error: { code: 'chat-room-missing' } }); // prettier-ignore
  await expect(firstValueFrom(chatOf(client).messages(name))).rejects.toMatchObject({ code: 'not-found' });
  await chatOf(client).createRoom({ name, topic: 'Afterthoughts' });
  const { shows } = watch(clientOf(bob), name);
  await client.replay(id);
  expect(await until(sent.task, ({ state }) => state === 'completed')).toMatchObject({ result: { room: name, sequence: 1 } }); // prettier-ignore
  expect((await shows(({ messages }) => messages.length > 0)).messages).toMatchObject([
    { sequence: 1, taskId: id, text: 'Too early', author: { id: 'ada' } },
  ]);
});

it('shows who is here, who types and how far each has read', async () => {
  const [ofAda, ofBob] = [clientOf(ada), clientOf(bob)];
  const { shows } = watch(ofAda);
  chatOf(ofAda).setRoom(room);
  watch(ofBob);
  chatOf(ofBob).setRoom(room);
  const here = await until(chatOf(ofAda).here(room), (people) => people.length === 2);
  expect([...here].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    { id: 'ada', name: 'ada', isYou: true },
    { id: 'bob', name: 'bob', isYou: false },
  ]);
  const typing = until(chatOf(ofAda).typing(room), (people) => people.length > 0);
  chatOf(ofAda).noteTyping();
  chatOf(ofBob).noteTyping();
  expect(await typing).toEqual([{ id: 'bob', name: 'bob', isYou: false }]);
  await send(ofAda, 'one');
  await send(ofAda, 'two');
  await shows(({ messages }) => messages.length === 2);
  for (const sequence of [1, 2, 1]) chatOf(ofBob).markRead(room, sequence);
  const { reads } = await shows((log) => log.reads.some(({ sequence }) => sequence === 2));
  expect(reads).toContainEqual({ room, person: 'bob', name: 'bob', sequence: 2 });
  const mine = (list: readonly ChatRoom[]) => list.find(({ name }) => name === room)!;
  expect(mine(await until(chatOf(ofBob).rooms(), (list) => mine(list)?.read === 2))).toMatchObject({
    last: 2,
    read: 2,
  });
  // Who says something in a room has read it.
  expect(mine(await until(chatOf(ofAda).rooms(), (list) => mine(list)?.last === 2))).toMatchObject({ read: 2 });
  chatOf(ofBob).setRoom(undefined);
  await until(chatOf(ofAda).here(room), (people) => people.length === 1);
});

describe('over HTTP', () => {
  const path = () => `/api/chat/rooms/${room}`;

  it('rooms are open to all who are signed in, and each name is had once', async () => {
    expect((await bob.post('/api/chat/rooms', { name: room })).body).toMatchObject({ code: 'conflict' });
    expect((await bob.post('/api/chat/rooms', { name: 'general' })).body).toMatchObject({ code: 'conflict' });
    expect((await bob.post('/api/chat/rooms', { name: 'No Name' })).body).toMatchObject({ errors: [{ pointer: '/name' }] }); // prettier-ignore
    const { body } = await bob.call<ChatRooms>('/api/chat/rooms');
    expect(body.rooms[0]).toMatchObject({ name: 'general' });
    expect(body.rooms.find(({ name }) => name === room)).toEqual({ name: room, last: 0, read: 0, here: [] });
  });

  it('the order of a room is not the caller’s to choose', async () => {
    const task = { type: 'chat-message', payload: { room, text: 'x' } };
    const other = await ada.post('/api/tasks', { ...task, orderingKey: 'mine' });
    expect(other).toMatchObject({ status: 400, body: { errors: [{ pointer: '/orderingKey' }] } });
    expect(await ada.post('/api/tasks', { ...task, orderingKey: `chat:${room}` })).toMatchObject({ status: 202 });
    expect(await ada.post('/api/tasks', { type: 'chat-message', payload: { text: 'x' } })).toMatchObject({ body: { orderingKey: 'chat:general' } }); // prettier-ignore
  });

  it.each([
    ['GET', '/messages?before=2&after=1', 400],
    ['GET', '/messages?limit=201', 400],
    ['GET', '-none/messages', 404],
    ['POST', '-none/read', 404],
    ['POST', '/read', 400],
  ])('%s %s is answered with %i', async (method, rest, status) => {
    const body = rest.endsWith('none/read') ? { sequence: 1 } : {};
    const answer = await (method === 'GET' ? ada.call(path() + rest) : ada.post(path() + rest, body));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('what is shown as read never goes back', async () => {
    for (const n of upTo(3)) await tell(`${n}`);
    const read = async (sequence: number) => (await ada.post<ChatRead>(`${path()}/read`, { sequence })).body;
    expect(await read(2)).toEqual({ room, person: 'ada', name: 'ada', sequence: 2 });
    expect((await read(1)).sequence).toBe(2);
    expect((await read(99)).sequence).toBe(3);
  });

  it('presence in a room that is not there is refused', async () => {
    expect((await ada.post('/api/chat/presence', { room: 'nowhere' })).status).toBe(404);
    expect((await ada.post('/api/chat/presence', {})).status).toBe(204);
  });
});
