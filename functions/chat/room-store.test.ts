import type { Redis } from 'ioredis';
import { chatLimits } from '../../contracts/chat.ts';
import { useTestRedis } from '../../tests/support/test-redis.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { appendMessage, markReadUpTo, notePresenceOf, readMessages, summarizeRoom } from './room-store.ts';

let redis: Redis;
// Before useTestRedis, as hooks run in their order: the client goes first, then its server.
afterAll(() => redis.disconnect());
const testRedis = useTestRedis();
let room: string;
let rooms = 0;

beforeAll(() => void (redis = testRedis.connect({ isPipelined: true })));
beforeEach(() => void (room = `room-${++rooms}`));

const message = (text: string, owner = 'cy') => ({
  taskId: createTaskId(owner, Date.now()),
  author: { id: owner, name: owner },
  text,
  sentAt: '2026-11-21T09:30:00.000Z',
});
const say = (text: string, kept?: number) => appendMessage(redis, room, message(text), kept);
const newest = (limit = 50) => readMessages(redis, room, { limit });
const texts = (messages: readonly { readonly text: string }[]) => messages.map(({ text }) => text);

describe('messages of a room', () => {
  it('have the sequences from 1 on, without a gap, also when many come at once', async () => {
    const said = await Promise.all(Array.from({ length: 100 }, (_, n) => say(`${n}`)));
    expect(said.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(said.map((_, n) => n + 1));
    const { messages, first, last } = await newest(chatLimits.page);
    expect(messages.map(({ sequence }) => sequence)).toEqual(said.map((_, n) => n + 1));
    expect([first, last]).toEqual([1, 100]);
  });

  it('are as they were said', async () => {
    const said = { ...message('Grüße 👋\n{"a":1} \\'), replyTo: 7 };
    const appended = await appendMessage(redis, room, said);
    expect(appended.message).toEqual({ room, sequence: 1, ...said, at: expect.any(String) as string });
    expect((await newest()).messages).toEqual([appended.message]);
    expect(Math.abs(Date.parse(appended.message!.at) - Date.now())).toBeLessThan(60_000);
  });

  it('come once, however often their task does', async () => {
    const said = message('once');
    const first = await appendMessage(redis, room, said);
    await say('between');
    const again = await Promise.all([1, 2, 3].map(() => appendMessage(redis, room, { ...said, text: 'edited' })));
    for (const answer of again) expect(answer).toEqual(first);
    expect(texts((await newest()).messages)).toEqual(['once', 'between']);
  });

  it('are kept up to a number: the oldest go, and the sequence goes on', async () => {
    const oldest = message('0');
    await appendMessage(redis, room, oldest, 3);
    for (let n = 1; n < 6; n += 1) await say(`${n}`, 3);
    const { messages, first, last } = await newest();
    expect(texts(messages)).toEqual(['3', '4', '5']);
    expect(messages.map(({ sequence }) => sequence)).toEqual([4, 5, 6]);
    expect([first, last]).toEqual([4, 6]);
    // Gone from the room, yet not forgotten: its task does not get another place.
    expect(await appendMessage(redis, room, oldest, 3)).toEqual({ sequence: 1, message: undefined });
    expect((await newest()).last).toBe(6);
  });

  it('leave nothing behind of those that are long gone', async () => {
    for (let n = 0; n < 20; n += 1) await say(`${n}`, 3);
    expect(await redis.llen(`{amo:chat:${room}}:room:messages`)).toBe(3);
    expect(await redis.zcard(`{amo:chat:${room}}:room:sequences`)).toBe(6);
  });

  it('are of their room alone', async () => {
    await say('here');
    const other = `${room}-too`;
    expect((await appendMessage(redis, other, message('there'))).sequence).toBe(1);
    expect(texts((await readMessages(redis, other, { limit: 9 })).messages)).toEqual(['there']);
  });
});

describe('pages', () => {
  beforeEach(async () => {
    for (let n = 1; n <= 9; n += 1) await say(`${n}`, 7);
  });

  it.each([
    [{ limit: 3 }, ['7', '8', '9']],
    [{ limit: 50 }, ['3', '4', '5', '6', '7', '8', '9']],
    [{ before: 7, limit: 2 }, ['5', '6']],
    [{ before: 4, limit: 5 }, ['3']],
    [{ before: 3, limit: 5 }, []],
    [{ before: 100, limit: 2 }, ['8', '9']],
    [{ after: 7, limit: 5 }, ['8', '9']],
    [{ after: 4, limit: 2 }, ['5', '6']],
    [{ after: 0, limit: 2 }, ['3', '4']],
    [{ after: 9, limit: 2 }, []],
    [{ after: 100, limit: 2 }, []],
  ])('%j', async (query, expected) => {
    const page = await readMessages(redis, room, query);
    expect(texts(page.messages)).toEqual(expected);
    expect(page.messages.map(({ sequence }) => `${sequence}`)).toEqual(expected);
    expect([page.first, page.last]).toEqual([3, 9]);
  });

  it('of a room in which nothing was said are empty', async () => {
    expect(await readMessages(redis, `${room}-silent`, { limit: 5 })).toEqual({ messages: [], reads: [], first: 0, last: 0 }); // prettier-ignore
  });
});

describe('how far somebody has read', () => {
  const read = (sequence: number, person = 'ada') => markReadUpTo(redis, room, person, sequence);

  it('never goes back, and not beyond what was said', async () => {
    expect(await read(3)).toEqual({ sequence: 0, isNews: false });
    for (const text of ['a', 'b', 'c']) await say(text);
    expect(await read(2)).toEqual({ sequence: 2, isNews: true });
    expect(await read(1)).toEqual({ sequence: 2, isNews: false });
    expect(await read(2)).toEqual({ sequence: 2, isNews: false });
    expect(await read(99)).toEqual({ sequence: 3, isNews: true });
    expect((await summarizeRoom(redis, room, 'ada')).read).toBe(3);
    expect((await summarizeRoom(redis, room, 'bob')).read).toBe(0);
  });

  it('is told of those who have read furthest, whatever their IDs look like', async () => {
    for (const text of ['a', 'b', 'c']) await say(text);
    await read(1, '1 2');
    await read(2, 'bob');
    expect((await newest()).reads).toEqual([{ person: 'cy', sequence: 3 }, { person: 'bob', sequence: 2 }, { person: '1 2', sequence: 1 }]); // prettier-ignore
  });

  it('goes along with what they say themselves, where they have read all that came before', async () => {
    const readBy = async (person: string) => (await summarizeRoom(redis, room, person)).read;
    const saying = (owner: string) => appendMessage(redis, room, message('…', owner));
    await saying('ada');
    await saying('ada');
    expect(await readBy('ada')).toBe(2);
    await saying('bob');
    expect(await readBy('bob')).toBe(0);
    await read(3, 'bob');
    await saying('bob');
    await saying('ada');
    expect([await readBy('ada'), await readBy('bob')]).toEqual([2, 4]);
  });
});

describe('who is in a room', () => {
  const note = (person: string, forMs = 60_000) => notePresenceOf(redis, room, person, forMs);
  const isIn = async () => (await summarizeRoom(redis, room, 'ada')).here.sort();

  it('is news when somebody comes or goes, and when nobody does it is none', async () => {
    expect(await note('ada')).toEqual(['ada']);
    expect(await note('ada')).toBeUndefined();
    expect((await note('bob'))?.sort()).toEqual(['ada', 'bob']);
    expect(await isIn()).toEqual(['ada', 'bob']);
    expect(await note('ada', 0)).toEqual(['bob']);
    expect(await note('ada', 0)).toBeUndefined();
    expect(await isIn()).toEqual(['bob']);
  });

  it('is nobody who has given no sign for long', async () => {
    await note('ada', 1);
    while ((await isIn()).length > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await note('bob');
    await note('cy', 1);
    while ((await isIn()).length > 1) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await isIn()).toEqual(['bob']);
    // A sign of anybody tells the others who has gone.
    expect(await note('bob')).toEqual(['bob']);
  });
});

it('a room tells where it stands', async () => {
  expect(await summarizeRoom(redis, room, 'ada')).toEqual({ last: 0, read: 0, here: [] });
  const { message: said } = await say('a');
  expect(await summarizeRoom(redis, room, 'ada')).toEqual({ last: 1, lastAt: said!.at, read: 0, here: [] });
});
