import type { MissedRuns } from '../../../../contracts/schedule.ts';

export interface MissedRunsLook {
  readonly name: MissedRuns;
  readonly word: string;
  readonly about: string;
}

/** What becomes of runs that were missed, as it is offered. */
export const missedRunsLooks: readonly MissedRunsLook[] = [
  { name: 'skip', word: $localize`Skip them`, about: $localize`What was missed is not made up for.` },
  { name: 'last', word: $localize`Run once`, about: $localize`One run stands for all that were missed.` },
  {
    name: 'all',
    word: $localize`Run each`,
    about: $localize`Every missed run is made up for, at most the newest 100.`,
  },
];

export function missedRunsLook(name: MissedRuns): MissedRunsLook {
  return missedRunsLooks.find((look) => look.name === name)!;
}
