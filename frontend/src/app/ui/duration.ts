import { shownLocale } from './locale.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const tenths = new Intl.NumberFormat(shownLocale(), { maximumFractionDigits: 1 });

/** `12 ms`, `1.2 s`, `2 min 5 s`, `1 h 3 min`: two units at most. */
export function formatDuration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < minute) return `${tenths.format(Math.min(59.9, ms / second))} s`;
  if (ms < hour) return pair(ms, minute, 'min', second, 's');
  if (ms < day) return pair(ms, hour, 'h', minute, 'min');
  return pair(ms, day, 'd', hour, 'h');
}

function pair(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeUnit}${rest > 0 ? ` ${rest} ${smallUnit}` : ''}`;
}

/** `5 min ago`, `in 1 min`: one unit, for a time that is kept up to date. Both in milliseconds since 1970. */
export function relativeTime(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < second) return $localize`just now`;
  const text = oneUnit(distance);
  return at > now ? $localize`in ${text}:duration:` : $localize`${text}:duration: ago`;
}

/** `5 min`: one unit, for what is not known better. */
export function oneUnit(ms: number): string {
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < day) return `${Math.floor(ms / hour)} h`;
  return `${Math.floor(ms / day)} d`;
}

const exact = new Intl.DateTimeFormat(shownLocale(), {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** Date and time as this person writes them, with milliseconds. */
export function exactTime(iso: string): string {
  return exact.format(new Date(iso));
}
