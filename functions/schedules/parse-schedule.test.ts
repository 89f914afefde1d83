import type { AppError } from '../errors.ts';
import { echo } from '../task-types/echo.ts';
import { parseRun, parseSchedule } from './parse-schedule.ts';

const now = Date.parse('2026-11-21T09:00:00Z');
const submitting = {
  owner: 'ada',
  taskTypes: new Map([['echo', echo]]),
  limits: { payloadLimitBytes: 1_000_000, maxAttempts: 7, idempotencyMs: 1_000, callbackHosts: [] },
  now,
};
const valid = { name: 'Nightly', cron: '0 2 * * *', type: 'echo', payload: { message: 1 } };
const parse = (more: object) => parseSchedule({ ...valid, ...more }, submitting);

function refusal(more: object): AppError {
  try {
    parse(more);
  } catch (error) {
    return error as AppError;
  }
  throw new Error('It was taken.');
}

it('fills in what was left out', () => {
  expect(parse({}).definition).toEqual({ ...valid, timeZone: 'UTC', missedRuns: 'skip' });
});

it.each([
  [{ cron: '* * * *' }, '/cron', /^These are 4 fields/],
  [{ timeZone: 'Mars/Olympus' }, '/timeZone', /^There is no time zone "Mars\/Olympus"/],
  [{ name: '' }, '/name', /^At least 1/],
  [{ name: ' \u200b\u202e' }, '/name', /^Write something that can be seen/],
  [{ missedRuns: 'some' }, '/missedRuns', /skip/],
  [{ type: 'nothing' }, '/type', /^There is no task type "nothing"/],
  [{ payload: { message: 1, other: 2 } }, '/payload/other', /^This field does not exist here/],
  [{ scheduledFor: '2026-12-01T00:00:00Z' }, '/scheduledFor', /^This field does not exist here/],
  [{ expiresIn: 'soon' }, '/expiresIn', /^Seconds, or an ISO 8601 duration/],
  [{ paused: true }, '/paused', /^This field does not exist here/],
])('points at what is wrong in %j', (more, pointer, detail) => {
  const { code, errors } = refusal(more);
  expect(code).toBe('invalid-request');
  expect(errors).toEqual([{ pointer, detail: expect.stringMatching(detail) as string }]);
});

it('refuses a payload of more than 64 KB, as every run would get a copy', () => {
  expect(refusal({ payload: { message: 'x'.repeat(65_536) } })).toMatchObject({ code: 'payload-too-large' });
});

describe('a run', () => {
  const { definition } = parse({ expiresIn: 60, tags: ['a'] });

  it('is a task for the time that the schedule names, passed or not', () => {
    for (const occurrenceAt of [now + 5_000, now - 5_000]) {
      const run = { scheduleId: 'id', occurrenceAt };
      expect(parseRun(definition, submitting, run)).toMatchObject({
        type: 'echo',
        payload: '{"message":1}',
        scheduledFor: occurrenceAt,
        expiresAt: occurrenceAt + 60_000,
        details: { tags: ['a'], run },
      });
    }
  });

  it('asked for by hand starts now', () => {
    const task = parseRun(definition, submitting, { scheduleId: 'id' });
    expect(task).toMatchObject({
      expiresAt: now + 60_000,
      details: { run: { scheduleId: 'id' } },
    });
    expect(task.scheduledFor).toBeUndefined();
  });
});
