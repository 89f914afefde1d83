import fc from 'fast-check';
import type { ChatMessage, ChatPage } from '../../contracts/chat.ts';
import { RoomSequence } from './room-sequence.ts';

const message = (sequence: number): ChatMessage => ({
  room: 'general',
  sequence,
  taskId: `t${sequence}`,
  author: { id: 'ada', name: 'Ada' },
  text: `${sequence}`,
  sentAt: '',
  at: '',
});
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
const page = (sequences: number[], last = sequences.at(-1) ?? 0, first = last === 0 ? 0 : 1): ChatPage => ({
  messages: sequences.map(message),
  reads: [],
  first,
  last,
});
const known = ({ messages }: RoomSequence) => messages.map(({ sequence }) => sequence);
function begun(sequences: number[], last?: number, first?: number): RoomSequence {
  const sequence = new RoomSequence();
  sequence.begin(page(sequences, last, first));
  return sequence;
}

describe('the messages of a room', () => {
  it('go on from the first page, whatever was pushed before it came', () => {
    const sequence = new RoomSequence();
    sequence.push([message(4), message(2), message(6)]);
    expect([known(sequence), sequence.hasGap]).toEqual([[], false]);
    sequence.begin(page([1, 2, 3]));
    expect([known(sequence), sequence.hasGap]).toEqual([[1, 2, 3, 4], true]);
    sequence.push([message(5)]);
    expect([known(sequence), sequence.hasGap]).toEqual([[1, 2, 3, 4, 5, 6], false]);
  });

  it('begin with the first one in a room where nothing was said', () => {
    const sequence = begun([]);
    expect([sequence.last, sequence.hasOlder]).toEqual([0, false]);
    sequence.push([message(1)]);
    expect([known(sequence), sequence.hasOlder]).toEqual([[1], false]);
  });

  it('wait for what is missing between', () => {
    const sequence = begun([8, 9], 9);
    sequence.push([message(12), message(11)]);
    expect([known(sequence), sequence.last, sequence.hasGap]).toEqual([[8, 9], 9, true]);
    sequence.fetched(page([10, 11], 12));
    expect([known(sequence), sequence.hasGap]).toEqual([[8, 9, 10, 11, 12], false]);
  });

  it('begin anew where what is missing is kept no longer', () => {
    const sequence = begun([8, 9], 9);
    sequence.push([message(31)]);
    sequence.fetched(page([20, 21], 31, 20));
    expect([known(sequence), sequence.hasOlder]).toEqual([[20, 21], false]);
    sequence.fetched(page(range(22, 31), 31, 20));
    expect([known(sequence), sequence.hasGap]).toEqual([range(20, 31), false]);
  });

  it('take older pages, and know when there are none', () => {
    const sequence = begun([8, 9], 9);
    expect(sequence.hasOlder).toBe(true);
    sequence.prepend(page([5, 6, 7], 9));
    expect([known(sequence), sequence.hasOlder]).toEqual([range(5, 9), true]);
    sequence.prepend(page([], 9, 5));
    expect([known(sequence), sequence.hasOlder]).toEqual([range(5, 9), false]);
  });

  it('are complete and in order, however pushes are delayed, doubled and shuffled', () => {
    const pushes = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }), { maxLength: 20 });
    fc.assert(
      fc.property(pushes, fc.integer({ min: 0, max: 10 }), (bursts, start) => {
        const sequence = begun(range(1, start), start);
        const seen = new Set(range(1, start));
        for (const burst of bursts) {
          sequence.push(burst.map(message));
          for (const one of burst) seen.add(one);
          let complete = start;
          while (seen.has(complete + 1)) complete += 1;
          expect(known(sequence)).toEqual(range(1, complete));
          expect(sequence.hasGap).toBe(Math.max(0, ...seen) > complete);
        }
        sequence.fetched(page(range(sequence.last! + 1, 30), 30));
        expect(known(sequence)).toEqual(range(1, 30));
        expect(sequence.hasGap).toBe(false);
      }),
    );
  });
});
