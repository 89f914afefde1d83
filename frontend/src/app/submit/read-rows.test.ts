import { csvType, echoType } from '../testing/fake-tasks.ts';
import { csvRecords } from './csv-rows.ts';
import { readRows } from './read-rows.ts';

const bodies = (text: string, type = echoType) => readRows(text, type).rows.map(({ body }) => body);

it.each([
  ['a,b\n1,2\n', [['a', 'b'], ['1', '2']]],
  ['\uFEFFa;b\r\n"x;y";"say ""hi"""\r\n\r\n', [['a', 'b'], ['x;y', 'say "hi"']]],
  ['a\tb\n"two\nlines"\t', [['a', 'b'], ['two\nlines', '']]],
  ['one\nlast', [['one'], ['last']]],
  ['', []],
])('reads the records of %j', (text, records) => {
  expect(csvRecords(text)).toEqual(records);
}); // prettier-ignore

describe('the rows of a file', () => {
  it('are payloads with options, by the names or titles of the columns', () => {
    const csv = 'Message,delay (ms),permanent,tags,priority\nHello,20,yes,"a, b",low\n{"x":1},,,,\n';
    expect(bodies(csv)).toEqual([
      { type: 'echo', payload: { message: 'Hello', delayMs: 20, permanent: true }, tags: ['a', 'b'], priority: 'low' },
      { type: 'echo', payload: { message: { x: 1 } } },
    ]);
  });

  it('tell what is wrong with each, and which columns are not used', () => {
    const { rows, unused } = readRows('message,delayMs,colour\nHello,soon,red\n,5,\n', echoType);
    expect(unused).toEqual(['colour']);
    expect(rows.map(({ number, faults }) => [number, faults])).toEqual([
      [1, ['delayMs: “soon” is not a number that fits.']],
      [2, ['message is missing.']],
    ]);
  });

  it('come from JSON as well: payloads, tasks with options, or one per line', () => {
    expect(bodies('[{"message":1},{"payload":{"message":2},"tags":["x"],"type":"other"}]')).toEqual([
      { type: 'echo', payload: { message: 1 } },
      { type: 'echo', payload: { message: 2 }, tags: ['x'] },
    ]);
    expect(bodies('{"message":1}\n{"message":2}\n')).toHaveLength(2);
    expect(readRows('["text"]', echoType).rows[0]!.faults).toHaveLength(1);
  });

  it.each([
    ['', /empty/],
    ['[1', /not JSON/],
    ['a,b\n1,2', /fields are: csv/],
  ])('cannot be read from %j', (text, reason) => {
    expect(() => readRows(text, csvType)).toThrow(reason);
  });
});
