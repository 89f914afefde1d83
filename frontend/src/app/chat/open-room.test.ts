import { aMessage, FakeChat } from '../testing/fake-chat.ts';
import { OpenRoom } from './open-room.ts';

let chat: FakeChat;
const open = () => new OpenRoom(chat, 'general');
const edges = (room: OpenRoom) => [room.drawn()[0]!.sequence, room.drawn().at(-1)!.sequence];
const some = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => aMessage(from + n));

beforeEach(() => (chat = new FakeChat()));

describe('the stretch of a room that is drawn', () => {
  it('goes back step by step to the first, and on to the newest, and is never long', async () => {
    chat.say(...some(1, 10_000));
    const room = open();
    room.showNewest();
    expect(edges(room)[1]).toBe(10_000);
    while (room.hasOlder()) {
      const before = edges(room)[0]!;
      await room.showOlder();
      expect(edges(room)[0]!).toBeLessThan(before);
      expect(room.drawn().length).toBeLessThanOrEqual(241);
    }
    expect([edges(room)[0], room.isAtNewest()]).toEqual([1, false]);
    while (!room.isAtNewest()) {
      const before = edges(room)[1]!;
      room.showNewer();
      expect(edges(room)[1]!).toBeGreaterThan(before);
      expect(room.drawn().length).toBeLessThanOrEqual(241);
    }
    expect(edges(room)[1]).toBe(10_000);
  });

  it('fetches what lies before', async () => {
    chat.older = some(1, 300);
    chat.log.next({ ...chat.log.value, messages: some(301, 350), hasOlder: true });
    const room = open();
    room.showNewest();
    expect(edges(room)).toEqual([301, 350]);
    await room.showOlder();
    expect(edges(room)).toEqual([241, 350]);
    await room.showAround(5);
    expect(edges(room)).toEqual([1, 65]);
    await room.showAround(99_999);
    expect(edges(room)).toEqual([1, 65]);
  });

  it('keeps its place while others come, unless one is at the end', () => {
    chat.say(...some(1, 100));
    const room = open();
    room.showNewest();
    chat.say(...some(101, 700));
    room.trim(false);
    expect(edges(room)[0]).toBe(1);
    expect(room.isAtNewest()).toBe(false);
    room.showNewest();
    chat.say(...some(701, 1_000));
    room.trim(true);
    expect([edges(room)[1], room.drawn().length < 200]).toEqual([1_000, true]);
  });
});
