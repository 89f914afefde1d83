import { PermanentError } from '../task-types/define-task-type.ts';
import { toJson } from './json-limits.ts';
import { Interruption } from './lease.ts';

/** What the steps of a task need from outside. */
export interface StepRecords {
  /** Values of the steps that earlier attempts finished, as JSON by name. */
  readonly known: Readonly<Record<string, string>>;
  /** Throws where the worker must not go on: asked before each step of a task whose effects happen once. */
  readonly checkLease: () => Promise<void>;
  /** @returns what is on record for the step (JSON), or undefined when the lease is lost */
  readonly record: (name: string, value: string) => Promise<string | undefined>;
}

/** Makes the `step` of a handler's context: each step runs once, and what it gave is remembered across attempts. */
export function createStep({ known, checkLease, record }: StepRecords) {
  const taken = new Set<string>();
  return async function step<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (taken.has(name)) {
      throw new PermanentError(
        `The handler has two steps named "${name}". Give each step a name of its own.`,
        'step-name-taken',
      );
    }
    taken.add(name);
    if (Object.hasOwn(known, name)) return JSON.parse(known[name]!) as T;
    await checkLease();
    const value = await run();
    const recorded = await record(name, toJson(value));
    if (recorded === undefined) throw new Interruption('lost', 'Another worker has taken the task over.');
    return JSON.parse(recorded) as T;
  };
}
