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
 * Checks the effects of one task, or of all tasks with one label, against what was promised. A run that did a step and did not
 * live to see it recorded has not finished it: only then may the step be done again.
 * @param told what happened, in order
 * @param wasCutOff whether this process was killed, or stood still, at some time
 * @returns a sentence for each effect that should not be, or should
 */
export function checkEffects(
  told: readonly Testimony[],
  { promised, steps }: { promised: Promised; steps: readonly string[] },
  wasCutOff: (pid: number) => boolean,
): string[] {
  return steps.flatMap((step) => {
    const effects = told.filter(({ moment, step: name }) => moment === 'effect' && name === step);
    const label = `${told[0]?.label ?? 'the task'}, ${step}`;
    if (promised === 'never') return effects.length > 0 ? [`${label}: happened, and should not have`] : [];
    if (promised === 'at-most-once') return effects.length > 1 ? [`${label}: happened ${effects.length} times`] : [];
    if (effects.length === 0) return [`${label}: never happened`];
    return promised === 'once' ? findRepetitions(told, effects, label, wasCutOff) : [];
  });
}

function findRepetitions(
  told: readonly Testimony[],
  effects: readonly Testimony[],
  label: string,
  wasCutOff: (pid: number) => boolean,
): string[] {
  return effects.slice(1).flatMap((effect, n) => {
    const earlier = effects.slice(0, n + 1);
    const finished = earlier.find((one) => told.some((other) => saw(other, one) && other.run === one.run));
    if (finished) return [`${label}: done again by run ${effect.run} after run ${finished.run} had it on record`];
    const unexcused = earlier.find(({ pid }) => !wasCutOff(pid));
    return unexcused ? [`${label}: done again by run ${effect.run} although run ${unexcused.run} was not cut off`] : [];
  });
}

/** The line that says the engine has this effect on record. */
function saw(line: Testimony, effect: Testimony): boolean {
  return line.moment === 'step' && line.step === effect.step;
}
