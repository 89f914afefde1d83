import * as fc from 'fast-check';
import { scheduleLimits } from '../../contracts/schedule.ts';
import { type Occurrences, parseCron } from './cron.ts';
import { horizonMs, planRuns } from './plan-runs.ts';

const read = (cron: string): Occurrences => (parseCron(cron, 'UTC') as { occurrences: Occurrences }).occurrences;
const at = (text: string) => Date.parse(`2026-11-21T${text}Z`);
const tenSeconds = read('*/10 * * * * *');
const daily = read('0 9 * * *');

it('plans what lies within the horizon, and where to go on', () => {
  const plan = planRuns(tenSeconds, { cursor: at('09:00:00'), missedRuns: 'skip', since: 0, now: at('09:00:00') });
  expect(plan).toEqual({
    runs: [at('09:00:00'), at('09:00:10'), at('09:00:20'), at('09:00:30')],
    next: at('09:00:40'),
  });
});

it('plans nothing while the next run is further off', () => {
  const plan = planRuns(daily, { cursor: at('09:00:00'), missedRuns: 'all', since: 0, now: at('08:59:00') });
  expect(plan).toEqual({ runs: [], next: at('09:00:00') });
});

describe('runs that were missed', () => {
  const missed = { cursor: at('09:00:00'), since: 0, now: at('09:00:35') };
  const ahead = [at('09:00:40'), at('09:00:50'), at('09:01:00')];

  it('are left out by "skip"', () => {
    expect(planRuns(tenSeconds, { ...missed, missedRuns: 'skip' }).runs).toEqual(ahead);
  });

  it('are one by "last"', () => {
    expect(planRuns(tenSeconds, { ...missed, missedRuns: 'last' }).runs).toEqual([at('09:00:30'), ...ahead]);
  });

  it('are each made up for by "all"', () => {
    const each = [at('09:00:00'), at('09:00:10'), at('09:00:20'), at('09:00:30')];
    expect(planRuns(tenSeconds, { ...missed, missedRuns: 'all' }).runs).toEqual([...each, ...ahead]);
  });

  it('are the newest hundred by "all" after years, found quickly', () => {
    const cursor = at('09:00:00') - 3 * 365 * 24 * 60 * 60 * 1000;
    const { runs } = planRuns(tenSeconds, { cursor, missedRuns: 'all', since: 0, now: at('09:00:00') });
    expect(runs.filter((time) => time < at('09:00:00'))).toHaveLength(scheduleLimits.missedRuns);
    expect(runs[0]).toBe(at('09:00:00') - scheduleLimits.missedRuns * 10_000);
    const sparse = planRuns(daily, { cursor, missedRuns: 'last', since: 0, now: at('08:00:00') });
    expect(sparse).toEqual({ runs: [at('09:00:00') - 24 * 60 * 60 * 1000], next: at('09:00:00') });
  });
});

describe('a schedule made, edited or resumed so late that its first run could not be submitted ahead', () => {
  const late = { cursor: at('09:00:00'), missedRuns: 'skip' as const, since: at('08:59:59') };

  it('runs late', () => {
    expect(planRuns(tenSeconds, { ...late, now: at('09:00:11') }).runs.slice(0, 3)).toEqual(
      [at('09:00:00'), at('09:00:10'), at('09:00:20')], // prettier-ignore
    );
  });

  it('has missed what came while the app was down', () => {
    expect(planRuns(tenSeconds, { ...late, now: at('09:00:35') }).runs[0]).toBe(at('09:00:40'));
  });
});

it('visited at any times, leaves out no run and plans none twice, but for what the policy drops', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 30 }), (pauses) => {
      let now = at('09:00:00');
      let cursor = tenSeconds.after(now)!;
      const planned: number[] = [];
      for (const pause of pauses) {
        now += pause;
        const { runs, next } = planRuns(tenSeconds, { cursor, missedRuns: 'all', since: 0, now });
        planned.push(...runs);
        cursor = next!;
        expect(cursor).toBeGreaterThan(now + horizonMs - 1);
      }
      const expected: number[] = [];
      for (let time = tenSeconds.after(at('09:00:00'))!; time < cursor; time += 10_000) expected.push(time);
      expect(planned).toEqual(expected);
    }),
  );
});
