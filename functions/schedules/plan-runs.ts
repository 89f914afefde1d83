import { type MissedRuns, scheduleLimits } from '../../contracts/schedule.ts';
import type { Occurrences } from './cron.ts';

/** How far ahead runs are submitted, in milliseconds: three visits of the timer, so that a late one delays no run. */
export const horizonMs = 30_000;

/** Times in milliseconds since 1970. */
export interface Plan {
  /** Runs to submit, in order: those that were missed and are to be made up for, then those ahead. */
  readonly runs: readonly number[];
  /** The first one after those; undefined when the schedule has ended. */
  readonly next: number | undefined;
}

interface Position {
  /** The first occurrence that has not been dealt with. */
  readonly cursor: number;
  readonly missedRuns: MissedRuns;
  /** When the schedule was made, edited or resumed last; 0 when that is not known. */
  readonly since: number;
  readonly now: number;
}

/**
 * Which runs of a schedule to submit now. One that is younger than the horizon has missed nothing: its first runs could not be
 * submitted ahead, and are late.
 */
export function planRuns(occurrences: Occurrences, { cursor, missedRuns, since, now }: Position): Plan {
  const policy = now - since < horizonMs ? 'all' : missedRuns;
  const runs = cursor < now ? missed(occurrences, policy, cursor, now) : [];
  let next = cursor >= now ? cursor : occurrences.after(now - 1);
  for (; next !== undefined && next <= now + horizonMs; next = occurrences.after(next)) runs.push(next);
  return { runs, next };
}

function missed(occurrences: Occurrences, policy: MissedRuns, cursor: number, now: number): number[] {
  const most = { skip: 0, last: 1, all: scheduleLimits.missedRuns }[policy];
  return most === 0 ? [] : newest(occurrences, cursor, now, most);
}

/** The newest occurrences from `from` on and before `to`, at most so many: looks back further and further, as years may lie between. */
function newest(occurrences: Occurrences, from: number, to: number, most: number): number[] {
  for (let span = most * scheduleLimits.shortestIntervalMs; ; span *= 4) {
    const start = Math.max(from, to - span);
    const found = between(occurrences, start, to);
    if (found.length >= most || start === from) return found.slice(-most);
  }
}

function between(occurrences: Occurrences, from: number, to: number): number[] {
  const found: number[] = [];
  for (let time = occurrences.after(from - 1); time !== undefined && time < to; time = occurrences.after(time)) {
    found.push(time);
  }
  return found;
}
