import { nextStep, planLimits } from './plan-rules.ts';

const now = 1_000_000;
const plan = {
  state: 'running' as const,
  request: {},
  replayed: 0,
  completed: 0,
  failed: 0,
  remaining: 1_000,
  outstanding: 0,
  nextReplayAt: 0,
};
const step = (more: Partial<Parameters<typeof nextStep>[0]>, at = now) => nextStep({ ...plan, ...more }, at);

it('replays in batches, as long as not too many are under way', () => {
  expect(step({})).toMatchObject({ kind: 'replay', count: planLimits.batch });
  expect(step({ remaining: 7 })).toMatchObject({ count: 7 });
  expect(step({ outstanding: planLimits.outstanding - 3 })).toMatchObject({ count: 3 });
  expect(step({ outstanding: planLimits.outstanding })).toMatchObject({ kind: 'wait' });
});

it('waits for the last one to end, and rests then', () => {
  expect(step({ remaining: 0, outstanding: 1 })).toMatchObject({ kind: 'wait' });
  expect(step({ remaining: 0 })).toEqual({ kind: 'rest' });
});

it('replays nothing while it is paused or stopped, but follows what is under way', () => {
  for (const state of ['paused', 'stopped', 'completed'] as const) {
    expect(step({ state })).toEqual({ kind: 'rest' });
    expect(step({ state, outstanding: 1 })).toMatchObject({ kind: 'wait' });
  }
});

describe('with a canary', () => {
  const request = { canary: 10 };

  it('replays the canary, waits for its end, then goes on', () => {
    expect(step({ request })).toMatchObject({ kind: 'replay', count: 10 });
    expect(step({ request, replayed: 4, outstanding: 4 })).toMatchObject({ kind: 'replay', count: 6 });
    expect(step({ request, replayed: 10, completed: 9, outstanding: 1 })).toMatchObject({ kind: 'wait' });
    expect(step({ request, replayed: 10, completed: 10 })).toMatchObject({ kind: 'replay', count: planLimits.batch });
  });

  it('stops at the first failure unless told otherwise', () => {
    const failing = { request, replayed: 10, completed: 3, failed: 1, outstanding: 6 };
    expect(step(failing)).toEqual({
      kind: 'stop',
      reason: '1 of the canary of 10 failed again, which is more than 0 %.',
    });
    expect(step({ ...failing, request: { canary: 10, stopAtFailureRate: 0.1 } })).toMatchObject({ kind: 'wait' });
    expect(step({ ...failing, failed: 2, request: { canary: 10, stopAtFailureRate: 0.1 } })).toMatchObject({
      kind: 'stop',
    });
  });

  it('takes failures after the canary as they come, without a rate to stop at', () => {
    expect(step({ request, replayed: 100, completed: 50, failed: 50 })).toMatchObject({ kind: 'replay' });
  });
});

describe('with a failure rate to stop at', () => {
  const request = { stopAtFailureRate: 0.2 };

  it('stops above it, once enough have ended', () => {
    expect(step({ request, replayed: 50, completed: 0, failed: 9 })).toMatchObject({ kind: 'replay' });
    expect(step({ request, replayed: 50, completed: 8, failed: 2 })).toMatchObject({ kind: 'replay' });
    expect(step({ request, replayed: 50, completed: 7, failed: 3 })).toEqual({
      kind: 'stop',
      reason: '3 of 10 failed again, which is more than 20 %.',
    });
  });
});

describe('with a rate', () => {
  it('replays one at a time when it is slow', () => {
    const request = { ratePerSecond: 2 };
    expect(step({ request })).toEqual({ kind: 'replay', count: 1, nextReplayAt: now - planLimits.portionMs + 500 });
    expect(step({ request, nextReplayAt: now + 120 })).toEqual({ kind: 'wait', milliseconds: 120 });
  });

  it.each([0.5, 2, 30, 1_000])('keeps to %d a second, without bursts after a pause', (ratePerSecond) => {
    let [nextReplayAt, replayed] = [0, 0];
    for (let at = now; at < now + 10_000; at += 7) {
      const next = step({ request: { ratePerSecond }, nextReplayAt, remaining: 1e6 }, at);
      if (next.kind !== 'replay') continue;
      replayed += next.count;
      nextReplayAt = next.nextReplayAt;
    }
    const most = ratePerSecond * (10 + planLimits.portionMs / 1_000) + 1;
    expect(replayed).toBeGreaterThanOrEqual(Math.floor(ratePerSecond * 10));
    expect(replayed).toBeLessThanOrEqual(most);
  });
});
