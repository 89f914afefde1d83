import type { Stats, StatsPoint, StatsWindow } from '../../../../contracts/stats.ts';
import type { TaskState } from '../../../../contracts/task-states.ts';
import { shownLocale } from '../ui/locale.ts';

export interface WindowChoice {
  readonly name: StatsWindow;
  readonly word: string;
  /** How often it is asked for anew, in milliseconds. */
  readonly everyMs: number;
}

export const windowChoices: readonly WindowChoice[] = [
  { name: '5m', word: $localize`5 min`, everyMs: 2_000 },
  { name: '1h', word: $localize`1 h`, everyMs: 5_000 },
  { name: '6h', word: $localize`6 h`, everyMs: 30_000 },
  { name: '24h', word: $localize`24 h`, everyMs: 30_000 },
  { name: '7d', word: $localize`7 d`, everyMs: 60_000 },
];

/** The choice that the address names, else an hour. */
export function windowChoice(name: string | undefined): WindowChoice {
  return windowChoices.find((choice) => choice.name === name) ?? windowChoices[1]!;
}

const openStates: readonly TaskState[] = ['scheduled', 'queued', 'running', 'retrying'];

/**
 * How many tasks were open at the end of each step: counted back from what is open now, as every task that comes and goes is counted.
 */
export function openTasks({ states, series }: Stats): number[] {
  let open = openStates.reduce((sum, state) => sum + states[state], 0);
  const backwards = [...series.points].reverse().map((point) => {
    const atEnd = open;
    open -= change(point);
    return Math.max(0, atEnd);
  });
  return backwards.reverse();
}

/** By how much a step moved the number of open tasks. */
function change({ submitted, replayed, completed, deadLettered, cancelled, expired }: StatsPoint): number {
  return submitted + replayed - completed - deadLettered - cancelled - expired;
}

const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
// Made once: making one takes longer than a hundred uses.
const labels = {
  seconds: new Intl.DateTimeFormat(shownLocale(), { ...clock, second: '2-digit' }),
  minutes: new Intl.DateTimeFormat(shownLocale(), clock),
  days: new Intl.DateTimeFormat(shownLocale(), { weekday: 'short', ...clock }),
};

/** A step's time, as long as the window needs it: `10:05:30`, `10:05`, or with its day. @param at ISO 8601 */
export function stepLabel(at: string, window: StatsWindow): string {
  const label = window === '5m' ? labels.seconds : window === '7d' ? labels.days : labels.minutes;
  return label.format(new Date(at));
}

/** From when to when a step is. ISO 8601. */
export function stepSpan({ series }: Stats, index: number): { readonly from: string; readonly to: string } {
  const from = series.points[index]!.at;
  return { from, to: new Date(Date.parse(from) + series.stepSeconds * 1000).toISOString() };
}
