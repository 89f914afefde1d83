import { Cron } from 'croner';
import { parseTimeSpan } from '../time-span.ts';

export interface Schedule {
  /** The first occurrence after `time`. */
  next(time: Date): Date;
  /** More than one occurrence in a minute: such timers keep no status. */
  readonly isFrequent: boolean;
}

/** What NCRONTAB knows: no `L`, `W`, `#` and `?`. */
const field = /^[\d*,/-]+$|^(\*|[a-z]{3}(-[a-z]{3})?(,[a-z]{3}(-[a-z]{3})?)*)$/i;

/**
 * An NCRONTAB expression (six fields with seconds, or five) or an interval (`hh:mm:ss`).
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 *
 * @param timeZone IANA name.
 * @throws when the text is neither.
 */
export function parseSchedule(text: string, timeZone: string): Schedule {
  const interval = parseTimeSpan(text);
  if (interval !== undefined && interval > 0) {
    return { next: (time) => new Date(time.getTime() + interval), isFrequent: interval < 60_000 };
  }
  const fields = text.trim().split(/\s+/);
  try {
    if (fields.length < 5 || fields.length > 6 || !fields.every((part) => field.test(part)))
      throw new Error('not NCRONTAB');
    return cronSchedule(fields, timeZone);
  } catch (error) {
    throw new Error(
      `The schedule expression '${text}' was not recognized as a valid cron expression or timespan string.`,
      { cause: error },
    );
  }
}

function cronSchedule(fields: readonly string[], timeZone: string): Schedule {
  const expression = fields.length === 5 ? ['0', ...fields] : fields;
  // Day of month and day of week must both match, as in NCRONTAB.
  const cron = new Cron(expression.join(' '), { paused: true, timezone: timeZone, domAndDow: true, mode: '6-part' });
  const next = (time: Date) => {
    const found = cron.nextRun(time);
    if (!found) throw new Error('has no occurrence');
    return found;
  };
  const first = next(new Date());
  return {
    next,
    isFrequent: expression.slice(1).every((part) => part === '*') && next(first).getTime() - first.getTime() < 60_000,
  };
}
