import type { Progress } from '../../contracts/task.ts';
import { ProgressReporter } from './progress-reporter.ts';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function recording() {
  const sent: Progress[] = [];
  return { sent, reporter: new ProgressReporter(async (progress) => void sent.push(progress)) };
}

it('sends the first report at once, then the newest every 100 ms', async () => {
  const { sent, reporter } = recording();
  for (let percent = 1; percent <= 50; percent += 1) reporter.report(percent);
  await jest.advanceTimersByTimeAsync(0);
  expect(sent.map(({ percent }) => percent)).toEqual([1]);
  await jest.advanceTimersByTimeAsync(100);
  reporter.report(60, 'nearly');
  await jest.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([{ percent: 1 }, { percent: 50 }, { percent: 60, message: 'nearly' }]);
});

it('keeps percent and message within their limits', async () => {
  const { sent, reporter } = recording();
  for (const percent of [-5, 1e9, 33.333, NaN]) {
    reporter.report(percent, 'x'.repeat(600));
    await jest.advanceTimersByTimeAsync(100);
  }
  expect(sent.map(({ percent, message }) => [percent, message?.length])).toEqual([[0, 500], [100, 500], [33.3, 500]]); // prettier-ignore
});

it.each([
  [5, 7, { percent: 5, message: '7' }],
  [5, { row: 3 }, { percent: 5, message: '{ row: 3 }' }],
  [5, Symbol('x'), { percent: 5, message: 'Symbol(x)' }],
  [5, null, { percent: 5 }],
  ['42.5 %', 'soon', { percent: 42.5, message: 'soon' }],
])('takes from a handler without types what it can: %p, %p', async (percent, message, progress) => {
  const { sent, reporter } = recording();
  reporter.report(percent, message);
  await jest.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([progress]);
});

it.each([[undefined], [null], ['half'], [{}], [Symbol('x')]])(
  'leaves out what is no percentage: %p',
  async (percent) => {
    const { sent, reporter } = recording();
    reporter.report(percent, 'x');
    await jest.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([]);
  },
);

it('sends nothing after it is closed', async () => {
  const { sent, reporter } = recording();
  reporter.report(1);
  reporter.report(2);
  await jest.advanceTimersByTimeAsync(0);
  const closed = reporter.close();
  reporter.report(3);
  await jest.advanceTimersByTimeAsync(200);
  await closed;
  expect(sent).toEqual([{ percent: 1 }]);
});

it('goes on when a report cannot be stored', async () => {
  const failing = new ProgressReporter(() => Promise.reject(new Error('Redis is away')));
  failing.report(1);
  await jest.advanceTimersByTimeAsync(200);
  await expect(failing.close()).resolves.toBeUndefined();
});
