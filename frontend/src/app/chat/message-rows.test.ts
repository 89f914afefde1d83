import { rowsOf, type ShownMessage } from './message-rows.ts';

const now = new Date(2026, 10, 21, 12).getTime();
const message = (sequence: number, more: Partial<ShownMessage> = {}): ShownMessage => ({
  key: `${sequence}`,
  sequence,
  author: { id: 'ada', name: 'Ada' },
  isMine: false,
  text: 'x',
  at: new Date(now + sequence * 1000).toISOString(),
  state: { kind: 'there' },
  ...more,
});
const drawn = (messages: readonly ShownMessage[], newFrom?: number) =>
  rowsOf(messages, newFrom, now).map((row) =>
    row.kind === 'day' ? row.word : row.kind === 'new' ? 'new' : `${row.isFirst ? '' : '+'}${row.key}`,
  );

describe('the rows of a room', () => {
  it('stand together where one person wrote in a row, until a while passes, somebody else writes, or it is an answer', () => {
    const later = new Date(now + 3_600_000).toISOString();
    expect(
      drawn([
        message(1),
        message(2),
        message(3, { author: { id: 'bob', name: 'Bob' } }),
        message(4),
        message(5, { replyTo: 3 }),
        message(6, { at: later }),
      ]),
    ).toEqual(['Today', '1', '+2', '3', '4', '5', '6']);
  });

  it('are parted by days, which have words while they are near', () => {
    const at = (day: number) => new Date(2026, 10, day, 23, 59).toISOString();
    const before = new Date(2025, 10, 21).toISOString();
    expect(drawn([message(1, { at: before }), message(2, { at: at(2) }), message(3, { at: at(20) }), message(4)])).toEqual([
      'Friday, November 21, 2025', '1', 'Monday, November 2', '2', 'Yesterday', '3', 'Today', '4',
    ]); // prettier-ignore
  });

  it('have one line before what is new', () => {
    expect(drawn([message(1), message(2), message(3)], 2)).toEqual(['Today', '1', 'new', '2', '+3']);
    const { sequence, ...onItsWay } = message(4);
    expect(sequence).toBe(4);
    expect(drawn([message(1), onItsWay], 2)).toEqual(['Today', '1', '+4']);
  });
});
