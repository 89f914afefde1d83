import { BehaviorSubject } from 'rxjs';
import type { ChatPresence } from '../../contracts/chat.ts';
import type { ConnectionState } from '../connection-state.ts';
import { Presence } from './presence.ts';

const live = { kind: 'live' } as const;
const offline = { kind: 'offline', retryAt: 0 } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function world(state: ConnectionState = live) {
  const said: ChatPresence[] = [];
  const connection$ = new BehaviorSubject<ConnectionState>(state);
  const clock = { now: 0 };
  let answer: () => Promise<void> = async () => undefined;
  const presence = new Presence({
    say: (one) => {
      said.push(one);
      return answer();
    },
    connection$,
    now: () => clock.now,
  });
  let beats = 0;
  presence.beats$.subscribe(() => (beats += 1));
  return { said, connection$, clock, presence, beats: () => beats, answerWith: (next: () => Promise<void>) => (answer = next) }; // prettier-ignore
}

describe('presence', () => {
  it('is said again and again by who is in a room, and seldom by who is in none', async () => {
    jest.useFakeTimers();
    try {
      const { said, presence } = world();
      presence.setRoom('a');
      const release = presence.watch();
      await jest.advanceTimersByTimeAsync(60_000);
      expect(said).toEqual([{ room: 'a' }, { room: 'a' }, { room: 'a' }, { room: 'a' }]);
      presence.setRoom(undefined);
      await jest.advanceTimersByTimeAsync(299_000);
      expect(said.slice(4)).toEqual([{ left: 'a' }]);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(said.slice(4)).toEqual([{ left: 'a' }, {}]);
      release();
    } finally {
      jest.useRealTimers();
    }
  });

  it('is said while somebody watches, with each new connection, and when another room is opened', async () => {
    const { said, connection$, presence, beats } = world();
    presence.setRoom('a');
    expect(said).toEqual([]);
    const release = presence.watch();
    await turn();
    connection$.next(offline);
    presence.setRoom('b');
    await turn();
    expect(said).toEqual([{ room: 'a' }]);
    connection$.next(live);
    await turn();
    presence.setRoom(undefined);
    await turn();
    expect(said).toEqual([{ room: 'a' }, { room: 'b', left: 'a' }, { left: 'b' }]);
    expect(beats()).toBe(3);
    release();
    connection$.next(live);
    await turn();
    expect(said).toHaveLength(3);
  });

  it('says what has changed while it was being said', async () => {
    const { said, presence, answerWith } = world();
    let heard = () => {};
    answerWith(() => new Promise((resolve) => (heard = resolve)));
    const release = presence.watch();
    await turn();
    presence.setRoom('a');
    presence.setRoom('b');
    answerWith(async () => undefined);
    heard();
    await turn();
    expect(said).toEqual([{}, { room: 'b' }]);
    release();
  });

  it('ends with the last who watches, and then leaves the room', async () => {
    const { said, presence } = world();
    presence.setRoom('a');
    const [first, second] = [presence.watch(), presence.watch()];
    await turn();
    first();
    first();
    await turn();
    expect(said).toEqual([{ room: 'a' }]);
    second();
    expect(said).toEqual([{ room: 'a' }, { left: 'a' }]);
    presence.watch()();
    await turn();
    expect(said).toHaveLength(3);
  });

  it('says now and then that somebody types, in the room that is open', async () => {
    const { said, presence, clock } = world();
    const release = presence.watch();
    presence.noteTyping();
    presence.setRoom('a');
    await turn();
    for (const now of [0, 100, 2_999, 3_000, 3_001]) {
      clock.now = now;
      presence.noteTyping();
    }
    expect(said.filter(({ isTyping }) => isTyping)).toEqual([{ room: 'a', isTyping: true }, { room: 'a', isTyping: true }]); // prettier-ignore
    release();
  });
});
