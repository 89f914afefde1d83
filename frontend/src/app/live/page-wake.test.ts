import { pageWakes } from './page-wake.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('looks at once when the network goes, and once more when what was on its way has come', () => {
  let looks = 0;
  const wakes = pageWakes(document).subscribe(() => (looks += 1));
  window.dispatchEvent(new Event('offline'));
  expect(looks).toBe(1);
  jest.advanceTimersByTime(60_000);
  expect(looks).toBe(2);
  window.dispatchEvent(new Event('online'));
  expect(looks).toBe(3);
  wakes.unsubscribe();
});
