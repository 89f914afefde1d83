import { type TaskState, transitions as arrows } from '../../contracts/task-states.ts';

export const transitions: Readonly<Record<TaskState, readonly TaskState[]>> = arrows;

export function isFinished(state: TaskState): boolean {
  return state === 'completed' || state === 'dead-lettered' || state === 'cancelled' || state === 'expired';
}

export interface RetryPolicy {
  readonly maxAttempts: number;
  /** Longest wait before the second attempt, in milliseconds. */
  readonly firstDelayMs: number;
  readonly factor: number;
  /** Longest wait of all, in milliseconds. */
  readonly maxDelayMs: number;
  /** Share of each wait that is left to chance, 0 to 1. */
  readonly jitter: number;
}

/**
 * How long to wait after a failed attempt, in milliseconds. The delay grows exponentially; a part of it is left to chance
 * (half by default: "equal jitter"), so that tasks that failed together do not come back together.
 * @param attempt the attempt that failed, from 1
 * @param random 0 to 1
 * @returns undefined when no attempt is left
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number): number | undefined {
  if (attempt >= policy.maxAttempts) return undefined;
  const longest = Math.min(policy.maxDelayMs, policy.firstDelayMs * policy.factor ** (attempt - 1));
  return Math.round(longest * (1 - policy.jitter * (1 - random)));
}
