import { readFileSync } from 'node:fs';
import type { Testimony } from './app/witness.ts';

/** Everything that handlers wrote down, in the order in which it happened. A line cut off by a kill is left out. */
export function readTestimony(file: string): Testimony[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Testimony);
}

export type Promised = 'once' | 'at-least-once' | 'at-most-once' | 'never';

/**
 * Checks the effects of one task against what was promised. A run that did a step and did not live to see it recorded has not
 * finished it: only then may the step be done again.
 * @param told what happened, in order
 * @param isExcused whether something kept the first run from having its effect recorded before the second did it again
 * @returns a sentence for each effect that should not be, or should
 */
export function checkEffects<Line extends Testimony>(
  told: readonly Line[],
  { promised, steps }: { promised: Promised; steps: readonly string[] },
  isExcused: (first: Line, second: Line) => boolean,
): string[] {
  return steps.flatMap((step) => {
    const effects = told.filter(({ moment, step: name }) => moment === 'effect' && name === step);
    const label = `${told[0]?.label ?? 'the task'}, ${step}`;
    if (promised === 'never') return effects.length > 0 ? [`${label}: happened, and should not have`] : [];
    if (promised === 'at-most-once') return effects.length > 1 ? [`${label}: happened ${effects.length} times`] : [];
    if (effects.length === 0) return [`${label}: never happened`];
    if (promised === 'at-least-once') return [];
    return effects.slice(1).flatMap((effect, n) => {
      const fault = findRepetition(told, effects.slice(0, n + 1), effect, isExcused);
      return fault === undefined ? [] : [`${label}: done again by run ${effect.run} although ${fault}`];
    });
  });
}

function findRepetition<Line extends Testimony>(
  told: readonly Line[],
  earlier: readonly Line[],
  effect: Line,
  isExcused: (first: Line, second: Line) => boolean,
): string | undefined {
  const before = told.slice(0, told.indexOf(effect));
  const finished = earlier.find((one) => before.some(({ moment, step, run }) => moment === 'step' && step === one.step && run === one.run)); // prettier-ignore
  if (finished) return `run ${finished.run} had it on record`;
  const unexcused = earlier.find((one) => !isExcused(one, effect));
  return unexcused && `nothing kept run ${unexcused.run} from finishing it`;
}
