import { measureJson } from './measure-json.ts';

it.each([
  ['"a [text] with {all}, \\" and \\\\"', 0, 1],
  ['[1,2,3]', 1, 4],
  ['{"a":[{"b":"]"}]}', 3, 4],
  ['[[[[]]]]', 4, 5],
])('measures %s', async (text, depth, values) => {
  expect(await measureJson(Buffer.from(text))).toEqual({ depth, values });
});

it.each([0, 1, 2, 3])(
  'goes on where a piece ended, also within an escape, and lets others run meanwhile (%i)',
  async (shift) => {
    const text = `["${'x'.repeat(4 * 1024 * 1024 - shift)}\\\\",[1]]`;
    let turns = 0;
    setImmediate(() => (turns += 1));
    expect(await measureJson(Buffer.from(text))).toEqual({ depth: 2, values: 4 });
    expect(turns).toBe(1);
  },
);
