import { taskStates } from '../../contracts/task-states.ts';
import { isFinished, retryDelay, transitions } from './task-lifecycle.ts';

const policy = { maxAttempts: 7, firstDelayMs: 100, factor: 2, maxDelayMs: 300_000, jitter: 0.5 };

describe('retryDelay', () => {
  it('doubles from 50–100 ms on', () => {
    const ranges = [1, 2, 3].map((attempt) => [retryDelay(policy, attempt, 0), retryDelay(policy, attempt, 1)]);
    expect(ranges).toEqual([
      [50, 100],
      [100, 200],
      [200, 400],
    ]);
  });

  it('leaves nothing to chance without jitter, and all with jitter 1', () => {
    expect(retryDelay({ ...policy, jitter: 0 }, 1, 0)).toBe(100);
    expect(retryDelay({ ...policy, jitter: 1 }, 1, 0)).toBe(0);
  });

  it('never waits longer than the cap', () => {
    expect(retryDelay({ ...policy, maxAttempts: 50 }, 49, 1)).toBe(300_000);
  });

  it('gives no delay when no attempt is left', () => {
    expect(retryDelay(policy, 6, 0)).toBeDefined();
    expect(retryDelay(policy, 7, 0)).toBeUndefined();
  });
});

describe('transitions', () => {
  it('know every state, and lead out of no finished one but a dead letter', () => {
    expect(Object.keys(transitions).sort()).toEqual([...taskStates].sort());
    const ways = taskStates.filter((state) => isFinished(state) && transitions[state].length > 0);
    expect(ways).toEqual(['dead-lettered']);
  });
});
