import { errorFingerprint } from './error-fingerprint.ts';

it.each([
  ['numbers', 'Line 12 has 3 fields', 'Line 7 has 44 fields'],
  ['decimals and signs', 'Off by -1.5 after 3e-7', 'Off by +22,041.7 after 12'],
  ['numbers with a unit', 'took 512ms of 30s', 'took 7ms of 5s'],
  ['UUIDs', 'No order 0190f3a4-1b2c-7def-8abc-0123456789ab', 'No order 0190f3a4-ffff-7def-8abc-ffffffffffff'],
  ['hashes', 'Blob 9f86d081884c7d65 is gone', 'Blob 2c26b46b68ffc68f is gone'],
  ['tokens of letters and digits', 'Session a8Xk29Lq01 ended', 'Session Zz71bbQ9x3 ended'],
  ['times', 'Since 2026-11-21T09:30:00.123Z', 'Since 2025-01-01 10:00'],
  ['double quotes', 'Unknown column "net price"', 'Unknown column "x"'],
  ['single quotes', "Cannot read 'a b' of it", "Cannot read 'c' of it"],
  ['typographic quotes', 'Nobody is called “Ada”', 'Nobody is called “Bob”'],
  ['ports and addresses', 'connect ECONNREFUSED 10.0.0.4:5672', 'connect ECONNREFUSED 10.12.0.17:6379'],
  ['white space', 'a  b\n c', 'a b c'],
])('folds messages that differ in %s', (_what, one, other) => {
  expect(errorFingerprint(one)).toBe(errorFingerprint(other));
});

it.each([
  ['words', 'The file is empty', 'The file is missing'],
  ['words between apostrophes of other words', "It doesn't fit and can't stay", "It doesn't work and can't stay"],
  ['long words without digits', 'Unbelievable outcome', 'Unreasonable outcome'],
  ['what a placeholder stands for', 'Value "7" is bad', 'Value 7 is bad'],
])('keeps apart messages that differ in %s', (_what, one, other) => {
  expect(errorFingerprint(one)).not.toBe(errorFingerprint(other));
});

it('says what it folded', () => {
  expect(errorFingerprint('Order 17 of "Ada" failed at 2026-11-21T09:30:00Z')).toBe(
    'Order <n> of <value> failed at <time>',
  );
});

it('answers fast whatever the message', () => {
  const before = performance.now();
  for (const character of ['"', "'", '-', '0', 'a0', ' ', '«', '1.']) errorFingerprint(character.repeat(100_000));
  expect(performance.now() - before).toBeLessThan(500);
});
