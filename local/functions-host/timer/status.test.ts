import { parseSchedule } from './schedule.ts';
import { afterRun, startFrom } from './status.ts';

const hourly = parseSchedule('0 0 * * * *', 'UTC');
const at = (time: string) => new Date(`2026-11-21T${time}Z`);
const iso = (time: string) => at(time).toISOString();

test('a new timer waits for its first occurrence', () => {
  expect(startFrom(undefined, hourly, at('10:30:00'))).toEqual({
    status: { next: iso('11:00:00'), updated: iso('10:30:00') },
    isPastDue: false,
  });
});

test('an occurrence between two lives of the host is past due', () => {
  const stored = { last: iso('08:00:00'), next: iso('09:00:00'), updated: iso('08:00:00') };
  expect(startFrom(stored, hourly, at('08:59:59'))).toEqual({ status: stored, isPastDue: false });
  expect(startFrom(stored, hourly, at('10:30:00'))).toEqual({ status: stored, isPastDue: true });
});

test('a timer that never ran is past due as well', () => {
  const stored = { next: iso('09:00:00'), updated: iso('08:10:00') };
  expect(startFrom(stored, hourly, at('09:00:01')).isPastDue).toBe(true);
});

test('a changed schedule starts anew and has missed nothing', () => {
  const stored = { last: iso('08:15:00'), next: iso('08:30:00'), updated: iso('08:15:00') };
  expect(startFrom(stored, hourly, at('10:30:00'))).toEqual({
    status: { next: iso('11:00:00'), updated: iso('10:30:00') },
    isPastDue: false,
  });
});

test('a run that came a little early counts as the one that was due', () => {
  const status = { next: iso('11:00:00'), updated: iso('10:30:00') };
  expect(afterRun(status, hourly, at('10:59:59.990'), true)).toEqual({
    last: iso('11:00:00'),
    next: iso('12:00:00'),
    updated: iso('11:00:00'),
  });
  expect(afterRun(status, hourly, at('10:59:59.990'), false)).toMatchObject({
    last: iso('10:59:59.990'),
    next: iso('11:00:00'),
  });
});
