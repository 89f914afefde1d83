import { setTimeout as delay } from 'node:timers/promises';
import type { RetryContext, RetryOptions } from '../core-types.ts';

/**
 * Runs `attempt` until it succeeds or its retries are used up, waiting between attempts as the function's retry policy says.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retries
 *
 * @param stopping ends the waiting, and with it the retries.
 * @throws what the last attempt threw.
 */
export async function withRetries(
  policy: RetryOptions | undefined,
  stopping: AbortSignal,
  attempt: (retry: RetryContext | undefined) => Promise<unknown>,
): Promise<void> {
  const { maxRetryCount = 0 } = policy ?? {};
  let retry: RetryContext | undefined;
  for (let retryCount = 0; ; retryCount += 1) {
    try {
      await attempt(retry);
      return;
    } catch (error) {
      const usedUp = maxRetryCount !== -1 && retryCount >= maxRetryCount;
      if (!policy || usedUp) throw error;
      retry = {
        retryCount: retryCount + 1,
        maxRetryCount,
        exception: { message: error instanceof Error ? error.message : String(error) },
      };
      await delay(retryDelayMs(policy, retryCount), undefined, { signal: stopping }).catch(() => undefined);
      if (stopping.aborted) throw error;
    }
  }
}

/** Exponential: twice as long each time, from the least to the longest interval. */
export function retryDelayMs(policy: RetryOptions, retryCount: number): number {
  if (policy.retryStrategy === 'fixedDelay') return (policy.delayInterval?.seconds ?? 0) * 1000;
  const [least, longest] = [policy.minimumInterval?.seconds ?? 1, policy.maximumInterval?.seconds ?? 60];
  return Math.min(longest, least * 2 ** retryCount) * 1000;
}
