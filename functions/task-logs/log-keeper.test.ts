import { logLimits } from '../../contracts/task-log.ts';
import { type LogBatch, LogKeeper } from './log-keeper.ts';

let batches: LogBatch[];
let keeper: LogKeeper;
let told: number[];

beforeEach(() => {
  jest.useFakeTimers();
  batches = [];
  told = [];
  keeper = new LogKeeper({
    attempt: 2,
    token: 'token',
    keep: async (batch) => batches.push(batch),
    tell: (newest) => void told.push(newest),
    now: () => Date.UTC(2026, 10, 27),
  });
});
afterEach(() => jest.useRealTimers());

const texts = () => batches.map(({ lines }) => lines.map(({ text }) => text));

it('keeps the first lines at once, and further ones together', () => {
  keeper.add(['rows:', 3, { of: 'many' }]);
  jest.advanceTimersByTime(0);
  keeper.add(['second']);
  keeper.add(['third']);
  jest.advanceTimersByTime(1_000);
  expect(texts()).toEqual([["rows: 3 { of: 'many' }"], ['second', 'third']]);
  expect(batches[0]?.lines[0]).toMatchObject({ at: '2026-11-27T00:00:00.000Z', attempt: 2 });
  expect(new Set(batches.map(({ name }) => name)).size).toBe(2);
});

it('sends what is left when the attempt is over, and nothing of a handler that goes on', () => {
  keeper.add(['last']);
  keeper.close();
  keeper.add(['too late']);
  jest.advanceTimersByTime(1_000);
  expect(texts()).toEqual([['last']]);
});

it('tells how far the log has grown once it is kept, and nothing of an attempt that ends at once', async () => {
  keeper.add(['quick']);
  await jest.advanceTimersByTimeAsync(50);
  expect(told).toEqual([]);
  keeper.add(['slow']);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(told.at(-1)).toBe(2);
  keeper.add(['last']);
  keeper.close();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(told.at(-1)).toBe(2);
});

it('asks for nothing where nothing was logged', () => {
  keeper.close();
  expect(batches).toEqual([]);
});

it('tells how many lines were too many, and cuts a long one without breaking a character', () => {
  for (let i = 0; i < logLimits.lines + 3; i += 1) keeper.add([i]);
  keeper.add([`${'x'.repeat(logLimits.lineLength - 1)}😀`]);
  keeper.close();
  expect(batches[0]).toMatchObject({ left: 4 });
  expect(batches[0]?.lines).toHaveLength(logLimits.lines);
  expect(batches[0]?.lines.at(-1)?.text).toBe(`${'x'.repeat(logLimits.lineLength - 1)}\uFFFD`);
});
