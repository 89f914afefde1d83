import { signal } from '@angular/core';
import { render } from '@testing-library/angular';
import { Clock } from './clock.ts';
import { Countdown } from './countdown.ts';

let now: number;

beforeEach(() => {
  jest.useFakeTimers();
  now = 0;
});
afterEach(() => jest.useRealTimers());

async function countTo(to: number) {
  const clock = { now: signal(0), exactly: () => now };
  const { container, detectChanges } = await render(Countdown, {
    providers: [{ provide: Clock, useValue: clock }],
    inputs: { to },
  });
  return (at: number) => {
    now = at;
    jest.advanceTimersByTime(100);
    detectChanges();
    return container.textContent;
  };
}

it('counts down in whole seconds, each shown for as long as the others', async () => {
  const shownAt = await countTo(4_700);
  const words = Array.from({ length: 49 }, (_, n) => shownAt(n * 100));
  expect([...new Set(words)]).toEqual(['in 5 s', 'in 4 s', 'in 3 s', 'in 2 s', 'in 1 s', 'now']);
  expect(words.filter((word) => word === 'in 3 s')).toHaveLength(10);
});

it('does not count up by a second when the server’s clock becomes known better', async () => {
  const shownAt = await countTo(10_000);
  expect([2_010, 1_990, 2_050, 1_700].map(shownAt)).toEqual(['in 8 s', 'in 8 s', 'in 8 s', 'in 8 s']);
  expect(shownAt(3_050)).toBe('in 7 s');
});

it('follows a clock that was set', async () => {
  const shownAt = await countTo(100_000);
  expect([95_000, 20_000].map(shownAt)).toEqual(['in 5 s', 'in 1 min 20 s']);
});
