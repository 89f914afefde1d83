import type { Observable } from 'rxjs';
import type { ApiError } from '../api-error.ts';
import { retryDelay } from '../back-off.ts';
import { pause } from '../pause.ts';

/**
 * Asks again and again, with growing pauses, until there is an answer.
 * @param wake asks at once
 * @returns undefined when `stopped` aborts before
 * @throws ApiError what asking again would not change
 */
export async function persist<T>(
  ask: () => Promise<T>,
  stopped: AbortSignal,
  wake?: Observable<unknown>,
): Promise<T | undefined> {
  for (let failures = 0; !stopped.aborted; failures += 1) {
    try {
      const answer = await ask();
      return stopped.aborted ? undefined : answer;
    } catch (error) {
      if (isForGood(error)) throw error;
      await pause(retryDelay(failures, Math.random), stopped, wake);
    }
  }
  return undefined;
}

/** Signed out, or too many requests: that passes. */
function isForGood(error: unknown): boolean {
  const { status } = error as ApiError;
  return status === 400 || status === 403 || status === 404;
}
