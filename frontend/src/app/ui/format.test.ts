import { formatBytes } from './bytes.ts';
import { formatDuration, relativeTime } from './duration.ts';

describe('durations', () => {
  it.each([
    [0, '<1 ms'],
    [0.4, '<1 ms'],
    [12, '12 ms'],
    [999, '999 ms'],
    [1234, '1.2 s'],
    [59_900, '59.9 s'],
    [61_000, '1 min 1 s'],
    [3_600_000, '1 h'],
    [90_000_000, '1 d 1 h'],
  ])('%d ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('relative times', () => {
  const now = Date.UTC(2026, 10, 21, 12);
  it.each([
    [now - 500, 'just now'],
    [now - 40_000, '40 s ago'],
    [now - 5 * 60_000, '5 min ago'],
    [now - 3 * 3_600_000, '3 h ago'],
    [now + 90_000, 'in 1 min'],
    [now - 3 * 86_400_000, '3 d ago'],
  ])('%d reads %s', (at, text) => expect(relativeTime(at, now)).toBe(text));
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [12_340, '12.3 kB'],
    [10_000_000, '10 MB'],
  ])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
