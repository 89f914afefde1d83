import type { RetryContext } from '../core-types.ts';
import { retryDelayMs, withRetries } from './retry.ts';

const atOnce = { retryStrategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { seconds: 0 } } as const;
const running = () => new AbortController().signal;

test('an attempt that fails is made again, and knows which retry it is', async () => {
  const retries: (RetryContext | undefined)[] = [];
  const attempt = async (retry: RetryContext | undefined) => {
    retries.push(retry);
    if (retries.length < 3) throw new Error(`failure ${retries.length}`);
  };
  await withRetries(atOnce, running(), attempt);
  expect(retries).toEqual([
    undefined,
    { retryCount: 1, maxRetryCount: 2, exception: { message: 'failure 1' } },
    { retryCount: 2, maxRetryCount: 2, exception: { message: 'failure 2' } },
  ]);
});

test('the last failure is thrown when the retries are used up, the first without a policy', async () => {
  const attempt = jest.fn().mockRejectedValue(new Error('always'));
  await expect(withRetries(atOnce, running(), attempt)).rejects.toThrow('always');
  expect(attempt).toHaveBeenCalledTimes(3);
  attempt.mockClear();
  await expect(withRetries(undefined, running(), attempt)).rejects.toThrow('always');
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('stopping ends the wait and the retries', async () => {
  const stopping = new AbortController();
  const attempt = jest.fn(async () => {
    setImmediate(() => stopping.abort());
    throw new Error('stopped');
  });
  const forever = { retryStrategy: 'fixedDelay', maxRetryCount: -1, delayInterval: { seconds: 3600 } } as const;
  await expect(withRetries(forever, stopping.signal, attempt)).rejects.toThrow('stopped');
  expect(attempt).toHaveBeenCalledTimes(1);
});

test('waits double up to the longest', () => {
  const policy = {
    retryStrategy: 'exponentialBackoff',
    minimumInterval: { seconds: 2 },
    maximumInterval: { seconds: 10 },
  } as const;
  expect([0, 1, 2, 3, 20].map((count) => retryDelayMs(policy, count))).toEqual([2_000, 4_000, 8_000, 10_000, 10_000]);
});
