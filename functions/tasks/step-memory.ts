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
  /** Of all steps together: each attempt begins by reading them. */
  readonly limitBytes: number;
}

/** Makes the `step` of a handler's context: each step runs once, and what it gave is remembered across attempts. */
export function createStep({ known, checkLease, record, limitBytes }: StepRecords) {
  let bytes = Object.entries(known).reduce((sum, [name, value]) => sum + bytesOf(name, value), 0);
  const taken = new Set<string>();
  return async function step<T>(given: string, run: () => Promise<T>): Promise<T> {
    const name = asKept(given);
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
    const json = toJson(value);
    bytes += bytesOf(name, json);
    if (bytes > limitBytes) throw tooLarge(name, bytes, limitBytes);
    const recorded = await record(name, json);
    if (recorded === undefined) throw new Interruption('lost', 'Another worker has taken the task over.');
    return JSON.parse(recorded) as T;
  };
}

/**
 * A name as Redis keeps it, or the next attempt would not know it again: half of an emoji, as a text that was cut may end with, comes back as
 * another character. A handler without types may name a step by a number.
 */
function asKept(name: unknown): string {
  return String(name).toWellFormed();
}

function bytesOf(name: string, json: string): number {
  return Buffer.byteLength(name) + Buffer.byteLength(json);
}

function tooLarge(name: string, bytes: number, limitBytes: number): PermanentError {
  return new PermanentError(
    `With the step "${name.slice(0, 100)}" the steps of this task have ${bytes.toLocaleString('en')} bytes of JSON; at most ${limitBytes.toLocaleString('en')} are kept. Have the step put its value into storage, and return where it lies.`,
    'steps-too-large',
  );
}
