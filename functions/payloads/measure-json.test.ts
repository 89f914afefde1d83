import { measureJson } from './measure-json.ts';

it.each([
  ['"a [text] with {all}, \\" and \\\\"', 0, 1],
  ['[1,2,3]', 1, 4],
  ['{"a":[{"b":"]"}]}', 3, 4],
  ['[[[[]]]]', 4, 5],
])('measures %s', (text, depth, values) => {
  expect(measureJson(Buffer.from(text))).toEqual({ depth, values });
});
