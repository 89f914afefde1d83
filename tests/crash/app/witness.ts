import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { defineTaskType, PermanentError } from '../../../functions/task-types/define-task-type.ts';

/** Where a run of the handler was when it wrote a line. `effect`: the outside world was changed. `step`: the engine has that on record. */
export type WitnessMoment = 'begin' | 'effect' | 'step' | 'end';

export interface Testimony {
  readonly at: number;
  readonly moment: WitnessMoment;
  readonly taskId: string;
  readonly label: string;
  readonly attempt: number;
  /** Of this call of the handler. */
  readonly run: string;
  readonly pid: number;
  readonly step?: string;
  /** Whose value the step has: the run that did it. */
  readonly doneBy?: string;
}

/**
 * A task type that leaves evidence outside of what it tests: lines of a file, which survive a SIGKILL of the process that wrote
 * them. Each step is one effect; failures come after the steps, so that a further attempt must find them done.
 */
export const witness = defineTaskType({
  name: 'witness',
  title: 'Leave evidence',
  schema: z.strictObject({
    label: z.string(),
    steps: z.int().min(0).max(20).default(0),
    delayMs: z.int().min(0).max(60_000).default(0),
    failures: z.int().min(0).default(0),
    permanent: z.boolean().default(false),
    progress: z.boolean().default(false),
    filler: z.string().optional(),
  }),
  example: { label: 'one' },
  async run({ taskId, attempt, step, signal, progress }, payload) {
    const run = randomUUID();
    const testify = (moment: WitnessMoment, more: Partial<Testimony> = {}) => {
      const line = { at: Date.now(), moment, taskId, label: payload.label, attempt, run, pid: process.pid, ...more };
      appendFileSync(process.env['WITNESS_FILE']!, `${JSON.stringify(line)}\n`);
    };
    testify('begin');
    if (payload.steps === 0) testify('effect', { step: 'only' });
    for (let n = 1; n <= payload.steps; n += 1) {
      const name = `step ${n}`;
      const doneBy = await step(name, async () => {
        testify('effect', { step: name });
        return run;
      });
      testify('step', { step: name, doneBy });
      if (payload.progress) progress((100 * n) / payload.steps);
    }
    await wait(payload.delayMs, undefined, { signal });
    testify('end');
    if (payload.permanent) throw new PermanentError('Asked to fail for good.', 'witness-permanent');
    if (attempt <= payload.failures) throw new Error(`Asked to fail in attempt ${attempt}.`);
    return { label: payload.label, run };
  },
});
