import { createBatcher } from './batcher.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function batcher(limits: { most: number; least: number; waitMs: number }) {
  const batches: number[][] = [];
  let release: () => void = () => undefined;
  const add = createBatcher<number>(limits, (items) => {
    batches.push(items);
    return new Promise((done) => (release = done));
  });
  return { add, batches, release: async () => (release(), await jest.advanceTimersByTimeAsync(0)) };
}

test('what comes while a batch is under way makes the next one', async () => {
  const { add, batches, release } = batcher({ most: 3, least: 1, waitMs: 1000 });
  for (const n of [1, 2, 3, 4, 5]) void add(n);
  expect(batches).toEqual([[1, 2, 3]]);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(batches).toHaveLength(1);
  await release();
  await jest.advanceTimersByTimeAsync(20);
  expect(batches).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test('an item is done when its batch is', async () => {
  const { add, release } = batcher({ most: 1, least: 1, waitMs: 1000 });
  const done = jest.fn();
  void add(1).then(done);
  await jest.advanceTimersByTimeAsync(100);
  expect(done).not.toHaveBeenCalled();
  await release();
  expect(done).toHaveBeenCalled();
});

test('a batch below the least size waits for more, counted from its first, and no longer than allowed', async () => {
  const { add, batches, release } = batcher({ most: 10, least: 3, waitMs: 1000 });
  void add(1);
  await jest.advanceTimersByTimeAsync(600);
  void add(2);
  await jest.advanceTimersByTimeAsync(399);
  expect(batches).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([[1, 2]]);
  await release();
  for (const n of [3, 4, 5]) void add(n);
  await jest.advanceTimersByTimeAsync(20);
  expect(batches[1]).toEqual([3, 4, 5]);
});
