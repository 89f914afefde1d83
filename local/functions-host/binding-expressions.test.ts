import { resolveExpressions } from './binding-expressions.ts';

const environment = { Hub: 'chat', Section__Name: 'value' };
const data = { headers: { 'x-ms-client-principal-id': 'alice' }, query: { Room: 'r1' }, id: '7', body: { n: 1 } };

test.each([
  ['%Hub%', 'chat'],
  ['%Section:Name%', 'value'],
  ['{headers.X-MS-CLIENT-PRINCIPAL-ID}', 'alice'],
  ['%Hub%-{query.room}-{id}', 'chat-r1-7'],
  ['{body}', '{"n":1}'],
  ['plain', 'plain'],
])('%s becomes %s', (text, expected) => {
  expect(resolveExpressions(text, environment, data)).toBe(expected);
});

test('what a value contains is not taken for an expression', () => {
  expect(resolveExpressions('{query.q}', environment, { query: { q: '%Hub% {id}' } })).toBe('%Hub% {id}');
});

test.each([
  ['%Nope%', `'%Nope%' does not resolve to a value: add the setting "Nope".`],
  ['{query.nope}', `No value for named parameter 'query.nope'.`],
  ['{id.length}', `No value for named parameter 'id.length'.`],
])('%s is an error', (text, message) => {
  expect(() => resolveExpressions(text, environment, data)).toThrow(message);
});
