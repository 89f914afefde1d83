import { depthOf, findUnkeepable } from './json-limits.ts';

const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;

it('finds what is nested too deeply, however deep it is', () => {
  expect(findUnkeepable(nested(10), 10)).toBeUndefined();
  expect(findUnkeepable(nested(11), 10)).toMatchObject({
    pointer: '/0/0/0',
    detail: expect.stringContaining('10 levels'),
  });
  expect(findUnkeepable(nested(5_000), 200)).toBeDefined();
});

it('finds numbers that JSON cannot give back', () => {
  expect(findUnkeepable(JSON.parse('{"a":[1,{"b":1e400}]}'), 10)).toMatchObject({ pointer: '/a/1/b' });
  expect(findUnkeepable({ a: [1.5, -0, 1e300, 'x', null, true] }, 10)).toBeUndefined();
});

it.each([['1', 0], ['"[[["', 0], ['[]', 1], ['{"a\\"[":[{"b":"\\\\"}]}', 3]])('measures the depth of %s', (json, depth) => {
  expect(depthOf(json)).toBe(depth);
}); // prettier-ignore
