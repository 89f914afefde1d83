import { median, percentile, summary } from './statistics.ts';

it('finds the value below which a share of all lies', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n);
  expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([51, 100, 100]);
});

it('takes the middle of an odd number of rounds, and the mean of the middle two of an even one', () => {
  expect([median([9, 1, 5]), median([4, 1, 2, 9])]).toEqual([5, 3]);
});

it('shows a median with its range', () => {
  expect(summary([1200.4, 900, 3000], 0)).toBe('1,200 (900–3,000)');
});
