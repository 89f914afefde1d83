import { parseSchedule } from './schedule.ts';

const after = (expression: string, time: string, zone = 'UTC') =>
  parseSchedule(expression, zone).next(new Date(time)).toISOString();

test.each([
  ['0 */5 * * * *', '2026-11-21T10:02:30Z', '2026-11-21T10:05:00.000Z'],
  ['*/5 * * * *', '2026-11-21T10:02:30Z', '2026-11-21T10:05:00.000Z'],
  ['30 0 9 * * mon-fri', '2026-11-21T00:00:00Z', '2026-11-23T09:00:30.000Z'],
  ['0 0 0 1 Jan,Jul *', '2026-02-01T00:00:00Z', '2026-07-01T00:00:00.000Z'],
  ['0 0 9-17/4 * * 0', '2026-11-21T00:00:00Z', '2026-11-22T09:00:00.000Z'],
  ['0 0 * * * *', '2026-11-21T10:00:00Z', '2026-11-21T11:00:00.000Z'],
])('%s after %s is %s', (expression, time, expected) => {
  expect(after(expression, time)).toBe(expected);
});

test('day of month and day of week must both match', () => {
  expect(after('0 0 0 13 * 5', '2026-11-21T00:00:00Z')).toBe('2027-08-13T00:00:00.000Z');
});

test('a time zone counts', () => {
  expect(after('0 0 9 * * *', '2026-11-21T00:00:00Z', 'Europe/Berlin')).toBe('2026-11-21T08:00:00.000Z');
});

test('an interval is a schedule', () => {
  expect(after('01:30:00', '2026-11-21T10:00:00Z')).toBe('2026-11-21T11:30:00.000Z');
});

test.each([
  '',
  '* * * *',
  '* * * * * * *',
  '0 0 0 L * *',
  '0 0 0 ? * *',
  '0 0 0 15W * *',
  '0 0 0 * * 5#2',
  '60 * * * * *',
  'daily',
  '00:00:00',
  '0 0 0 31 2 *',
])('%j is no schedule', (expression) => {
  expect(() => parseSchedule(expression, 'UTC')).toThrow(/was not recognized as a valid cron expression or timespan/);
});

test('knows which schedules run more than once a minute', () => {
  expect(
    ['*/10 * * * * *', '* * * * * *', '00:00:30', '0 * * * * *', '* * * * *', '0,30 0 * * * *'].map(
      (text) => parseSchedule(text, 'UTC').isFrequent,
    ),
  ).toEqual([true, true, true, false, false, false]);
});
