import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { defineTaskType, PermanentError } from './define-task-type.ts';

const progressEveryMs = 250;

/** Gives back what it got. The other fields are for trying out what happens on the way. */
export const echo = defineTaskType({
  name: 'echo',
  title: 'Echo a message',
  description: 'Waits, fails as often as you like, then answers with your message. Good for trying out retries.',
  schema: z.strictObject({
    message: z.unknown().meta({ title: 'Message', description: 'Any JSON.' }),
    delayMs: z
      .int()
      .min(0)
      .max(600_000)
      .optional()
      .meta({ title: 'Delay (ms)', description: 'How long each attempt takes.' }),
    failures: z
      .int()
      .min(0)
      .max(50)
      .optional()
      .meta({ title: 'Failures', description: 'How many first attempts fail.' }),
    permanent: z.boolean().optional().meta({ title: 'Fail for good', description: 'Fail so that no retry follows.' }),
  }),
  example: { message: 'Hello', delayMs: 2000, failures: 1 },
  about: ({ message }) => (typeof message === 'string' ? message : undefined),
  async run({ attempt, log, progress, signal }, { message, delayMs = 0, failures = 0, permanent = false }) {
    if (delayMs > 0) log(`Waiting ${delayMs} ms, as asked.`);
    for (let waited = 0; waited < delayMs; waited += progressEveryMs) {
      if (waited > 0)
        progress((waited / delayMs) * 100, `Waited ${(waited / 1000).toFixed(1)} of ${(delayMs / 1000).toFixed(1)} s`);
      await wait(Math.min(progressEveryMs, delayMs - waited), undefined, { signal });
    }
    if (permanent) throw new PermanentError('This echo was asked to fail for good.', 'echo-permanent');
    if (attempt <= failures)
      throw new Error(
        `This echo was asked to fail ${failures} ${failures === 1 ? 'time' : 'times'}; this was attempt ${attempt}.`,
      );
    return { message };
  },
});
