import { Cron, type CronOptions } from 'croner';
import { scheduleLimits } from '../../contracts/schedule.ts';
import type { InputError } from '../../contracts/problem.ts';

/** The times a schedule names, in milliseconds since 1970, whole seconds. */
export interface Occurrences {
  /** The first one later than `time`; undefined when none follows. */
  after(time: number): number | undefined;
}

/**
 * Times of day that are named (`30 2 * * *`, `0 9,17 * * *`) belong to the day: one that the clocks skip in spring runs right
 * after the gap, one that comes twice in autumn runs once. Steps and wildcards go by the hours that there are.
 * Day of month and weekday, when both are given, mean either, as in crontab(5).
 */
const options: CronOptions = { paused: true, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' };

/** @returns the fault of the input that was found first, with its JSON Pointer, where there is one */
export function parseCron(cron: string, timeZone: string): { occurrences: Occurrences } | { error: InputError } {
  const fault = timeZoneFault(timeZone);
  if (fault !== undefined) return { error: { pointer: '/timeZone', detail: fault } };
  try {
    return { occurrences: readCron(cron, timeZone) };
  } catch (error) {
    return { error: { pointer: '/cron', detail: (error as Error).message } };
  }
}

function readCron(cron: string, timeZone: string): Occurrences {
  const fields = cron.trim().split(/\s+/);
  if (fields.length < 5 || fields.length > 6) throw new Error(`${howMany(fields.length)}: give ${shape}.`);
  // croner puts the present time in its place, so that the same text would mean another time each time it is read.
  if (cron.includes('?')) throw new Error('Use * instead of ?.');
  const pattern = build(fields.join(' '), timeZone);
  if (fields.length === 6) checkInterval(fields[0]!);
  const occurrences = { after: (time: number) => pattern.nextRun(new Date(time))?.getTime() };
  if (occurrences.after(0) === undefined) throw new Error('There is no such day, so this would never run.');
  return occurrences;
}

const shape = 'five fields (minute hour day month weekday), or six with seconds first';
const howMany = (count: number) => (count === 1 ? 'This is one field' : `These are ${count} fields`);

function build(fields: string, timeZone: string): Cron {
  try {
    return new Cron(fields, { ...options, timezone: timeZone });
  } catch (error) {
    const why = (error as Error).message.replace(/^CronPattern: /, '');
    throw new Error(`Not a cron expression: ${why.replace(/\.$/, '')}. Give ${shape}.`, { cause: error });
  }
}

/** Only the seconds can be too close; also over the end of a minute, whether or not the next minute is named. */
function checkInterval(seconds: string): void {
  const times = build(`${seconds} * * * * *`, 'UTC').nextRuns(61, new Date(0));
  const gaps = times.slice(1).map((time, n) => time.getTime() - times[n]!.getTime());
  const shortest = Math.min(...gaps);
  if (shortest >= scheduleLimits.shortestIntervalMs) return;
  throw new Error(
    `Runs would be ${shortest / 1000} s apart; at least ${scheduleLimits.shortestIntervalMs / 1000} s have to lie between two.`,
  );
}

function timeZoneFault(timeZone: string): string | undefined {
  const fault = `There is no time zone "${timeZone}". Use an IANA name, e.g. Europe/Berlin or UTC.`;
  if (/^[+-]/.test(timeZone)) return fault;
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return undefined;
  } catch {
    return fault;
  }
}
