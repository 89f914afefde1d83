import { parseDuration } from './duration.ts';

it.each([
  ['PT30M', 1_800_000],
  ['P1D', 86_400_000],
  ['P1DT12H', 129_600_000],
  ['PT0.5S', 500],
  ['P2W', 1_209_600_000],
])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

it.each(['', 'P', 'PT', 'P1Y', 'P1M', '30', 'PT-1S', 'P1DT', 'pt30m', 'PT30M '])('refuses "%s"', (text) =>
  expect(parseDuration(text)).toBeUndefined(),
);
