import { OwnerWindow } from './owner-window.ts';

let now = 1_000_000;
const end = (window: OwnerWindow, count: number) => {
  for (let n = 0; n < count; n += 1) window.noteEnd();
};
const start = (window: OwnerWindow, count: number) => {
  for (let n = 0; n < count; n += 1) window.noteStart();
};

it('is what the setting says as long as little starts', () => {
  const window = new OwnerWindow(() => now);
  start(window, 5);
  expect(window.size(200)).toBe(200);
});

it('grows to what starts within a fifth of a second, and shrinks when that ends', () => {
  const window = new OwnerWindow(() => now);
  start(window, 600);
  expect(window.size(200)).toBe(600);
  end(window, 600);
  now += 200;
  start(window, 10);
  expect(window.size(200)).toBe(600);
  now += 200;
  expect(window.size(200)).toBe(200);
  start(window, 900);
  end(window, 900);
  now += 1_000;
  expect(window.size(200)).toBe(200);
});

it('is an eighth of it while many tasks run that take longer, and what it was when they have ended', () => {
  const window = new OwnerWindow(() => now);
  start(window, 60);
  expect(window.size(200)).toBe(200);
  now += 1_000;
  expect(window.size(200)).toBe(25);
  start(window, 40);
  expect(window.size(200)).toBe(40);
  now += 1_000;
  end(window, 75);
  expect(window.size(200)).toBe(25);
  now += 400;
  expect(window.size(200)).toBe(200);
});

it('stays so in the moment in which tasks that began together end together', () => {
  const window = new OwnerWindow(() => now);
  start(window, 32);
  now += 1_500;
  end(window, 32);
  expect(window.size(200)).toBe(25);
});
