import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Schedule } from './schedule.ts';

/** When a timer ran and will run. Times are ISO 8601 in UTC; `last` is absent until the first run. */
export interface TimerStatus {
  readonly last?: string | undefined;
  readonly next: string;
  readonly updated: string;
}

export interface Start {
  readonly status: TimerStatus;
  /** An occurrence was missed while nothing ran. */
  readonly isPastDue: boolean;
}

/** What a timer goes on from when the host starts: as it stood, or anew when there is no status or the schedule has changed. */
export function startFrom(stored: TimerStatus | undefined, schedule: Schedule, now: Date): Start {
  if (!stored)
    return { status: { next: schedule.next(now).toISOString(), updated: now.toISOString() }, isPastDue: false };
  const basis = new Date(stored.last ?? stored.updated);
  const expected = schedule.next(basis);
  if (stored.next === expected.toISOString()) return { status: stored, isPastDue: now > expected };
  // Another schedule than before: what it would have missed was never promised.
  const missed = now > expected;
  const next = missed ? schedule.next(now) : expected;
  return { status: { next: next.toISOString(), updated: (missed ? now : basis).toISOString() }, isPastDue: false };
}

/** The status after a run at `ranAt`. A timer that fired a little early counts as having fired on time, or it would fire twice. */
export function afterRun(status: TimerStatus, schedule: Schedule, ranAt: Date, scheduled: boolean): TimerStatus {
  const due = new Date(status.next);
  const last = scheduled && due > ranAt ? due : ranAt;
  return { last: last.toISOString(), next: schedule.next(last).toISOString(), updated: last.toISOString() };
}

/** Keeps the status of timers in files. */
export interface TimerStatusStore {
  read(functionName: string): Promise<TimerStatus | undefined>;
  write(functionName: string, status: TimerStatus): Promise<void>;
}

export function createTimerStatusStore(dataFolder: string): TimerStatusStore {
  const fileOf = (functionName: string) => join(dataFolder, 'timers', `${functionName}.json`);
  return {
    read: async (functionName) => {
      try {
        return JSON.parse(await readFile(fileOf(functionName), 'utf8')) as TimerStatus;
      } catch {
        return undefined;
      }
    },
    write: async (functionName, status) => {
      const file = fileOf(functionName);
      await mkdir(dirname(file), { recursive: true });
      // Whole or not at all, whenever the process ends.
      await writeFile(`${file}.new`, JSON.stringify(status));
      await rename(`${file}.new`, file);
    },
  };
}
