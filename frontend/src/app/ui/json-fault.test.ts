import { jsonFault } from './json-fault.ts';

it.each([
  ['{"a": ', 'it ends too early'],
  ['{"a": x}', '“x” cannot stand where it does'],
  ['{"a": 1,\n "b" 2}', 'something else is expected in line 2, column 6'],
  ['["a', 'line 1, column 4'],
])('says what is wrong with %j', (text, fault) => {
  let found = '';
  try {
    JSON.parse(text);
  } catch (error) {
    found = jsonFault(error);
  }
  expect(found).toContain(fault);
});
