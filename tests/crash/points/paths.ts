import type { Schedule } from '../../../contracts/schedule.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { Expectation, Submission, World } from './world.ts';

/** Ways for a path to see how far its tasks are, past the counted connections. */
export interface Watch {
  /** Resolves when the task is in one of these states. */
  until(id: string, ...states: string[]): Promise<void>;
  untilLabel(label: string, state: string): Promise<void>;
}

/** One task's whole life, or a part of it, which a crash cuts at any point. */
export interface Path {
  readonly name: string;
  /** Brings things to where the counting begins; what it returns goes to `act`. */
  readonly prepare?: (world: World, watch: Watch) => Promise<string>;
  readonly act: (world: World, watch: Watch, prepared: string) => Promise<void>;
  /** After `act`: how everything must end. */
  readonly expect: (world: World) => readonly Expectation[];
  /** Labels of tasks of which none may begin before the one before it has ended. */
  readonly inOrder?: readonly string[];
}

const completed = (label: string, steps = 2): Expectation => ({ label, states: ['completed'], effects: 'once', steps });

function single(name: string, submission: Omit<Submission, 'label'>, expected: Partial<Expectation> = {}): Path {
  const label = name;
  return {
    name,
    act: async (world) => void (await world.submit({ label, steps: 2, ...submission })),
    expect: () => [{ ...completed(label, submission.steps ?? 2), ...expected }],
  };
}

/** Somebody who gets no answer cannot know; whoever gets one can rely on it. */
const unlessAccepted = (world: World, expectation: Expectation): Expectation => ({
  ...expectation,
  mayBeMissing: !world.accepted.has(expectation.label),
});

const inMs = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
const exactlyOnce = { delivery: 'exactly-once' };

function cancelPath(
  name: string,
  submission: () => Omit<Submission, 'label'>,
  from: string,
  effects: Expectation['effects'],
): Path {
  return {
    name,
    async prepare(world, watch) {
      const id = await world.submit({ label: name, steps: 1, ...submission() });
      await watch.until(id, from);
      return id;
    },
    act: async (world, _watch, id) => void world.answers.push(await world.insist('POST', `/api/tasks/${id}/cancel`)),
    // What was answered must hold. Refused: the task had ended before.
    expect: ({ answers }) => [
      { label: name, states: [answers[0]?.status === 200 ? 'cancelled' : 'completed'], effects, steps: 1 },
    ],
  };
}

/** Three tasks that are dead letters when the counting begins. */
function deadLetters(
  name: string,
  endsAs: Expectation['states'][number],
  act: (world: World, ids: readonly string[]) => Promise<void>,
): Path {
  const labels = [1, 2, 3].map((n) => `${name}-${n}`);
  return {
    name,
    async prepare(world, watch) {
      const submissions = labels.map((label) => ({
        label,
        steps: 1,
        failures: 1,
        more: { maxAttempts: 1, ...exactlyOnce },
      }));
      for (const submission of submissions) await watch.until(await world.submit(submission), 'dead-lettered');
      return '';
    },
    act: (world) => act(world, [...world.accepted.values()]),
    expect: () => labels.map((label) => ({ ...completed(label, 1), states: [endsAs] })),
  };
}

/** Tasks that must wait for each other, submitted one after the other. */
function sequence(name: string, more: Submission['more'], submissions: () => readonly Submission[]): Path {
  return {
    name,
    async act(world) {
      for (const submission of submissions())
        await world.submit({ steps: 1, ...submission, more: { ...more, ...exactlyOnce } });
    },
    expect: () => submissions().map(({ label }) => completed(label, 1)),
    inOrder: submissions().map(({ label }) => label),
  };
}

/** A schedule with one run, a few seconds from now; the next one is a year away. */
async function createOneRun(world: World): Promise<string> {
  const at = new Date(Date.now() + 3_000);
  const cron = `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`;
  const body = {
    ...{ name: 'once', cron, missedRuns: 'last', type: 'witness', tags: ['recurring'] },
    ...{ payload: { label: 'recurring', steps: 1 }, ...exactlyOnce },
  };
  const created = await world.insist('POST', '/api/schedules', body, {
    'idempotency-key': `recurring-${at.getTime()}`,
  });
  const { id, createdAt } = created.body as Schedule;
  const cameTooLate = Date.parse(createdAt) >= at.setMilliseconds(0);
  if (!cameTooLate) return id;
  await world.insist('DELETE', `/api/schedules/${id}`);
  return createOneRun(world);
}

export const paths: readonly Path[] = [
  {
    name: 'submit',
    act: (world) => world.submitOnce({ label: 'submit', steps: 1 }),
    expect: (world) => [unlessAccepted(world, completed('submit', 1))],
  },
  single('run', { more: exactlyOnce, progress: true }),
  single('at-least-once', { steps: 0 }, { effects: 'at-least-once', steps: 0 }),
  single(
    'at-most-once',
    { steps: 0, more: { delivery: 'at-most-once' } },
    { states: ['completed', 'dead-lettered'], effects: 'at-most-once', steps: 0 },
  ),
  single('retry', { failures: 1, more: exactlyOnce }),
  single('exhaust', { failures: 9, more: { ...exactlyOnce, maxAttempts: 2 } }, { states: ['dead-lettered'] }),
  single('permanent', { permanent: true, more: exactlyOnce }, { states: ['dead-lettered'] }),
  {
    name: 'replay',
    async prepare(world, watch) {
      const id = await world.submit({
        label: 'replay',
        steps: 2,
        failures: 1,
        more: { maxAttempts: 1, ...exactlyOnce },
      });
      await watch.until(id, 'dead-lettered');
      return id;
    },
    // 409: an earlier try has been heard, only its answer was lost.
    act: async (world, _watch, id) => void (await world.insist('POST', `/api/tasks/${id}/replay`)),
    expect: () => [completed('replay')],
  },
  deadLetters('plan', 'completed', async (world, ids) => {
    const { body } = await world.insist('POST', '/api/dead-letters/replay', { ids, canary: 1 });
    for (const { id } = body as { id: string }; ;) {
      const { body: plan } = await world.insist('GET', `/api/replays/${id}`);
      if ((plan as { state: string }).state !== 'running') return;
      await delay(100);
    }
  }),
  deadLetters('discard', 'dead-lettered', async (world, ids) => {
    await world.insist('POST', '/api/dead-letters/discard', { ids, reason: 'no longer wanted' });
  }),
  {
    name: 'recurring',
    async act(world, watch) {
      const id = await createOneRun(world);
      await watch.untilLabel('recurring', 'completed');
      await world.insist('DELETE', `/api/schedules/${id}`);
    },
    expect: () => [completed('recurring', 1)],
  },
  cancelPath('cancel-scheduled', () => ({ more: { scheduledFor: inMs(3_000) } }), 'scheduled', 'never'),
  cancelPath('cancel-running', () => ({ delayMs: 4_000 }), 'running', 'at-least-once'),
  {
    name: 'schedule',
    act: async (world) =>
      void (await world.submit({ label: 'schedule', steps: 1, more: { scheduledFor: inMs(1_000), ...exactlyOnce } })),
    expect: () => [completed('schedule', 1)],
  },
  {
    // It waits for the other, which takes longer than it may wait.
    name: 'expire',
    async act(world) {
      await world.submit({ label: 'expire-1', steps: 1, delayMs: 4_000, more: { concurrencyKey: 'key' } });
      await world.submit({ label: 'expire', steps: 1, more: { concurrencyKey: 'key', expiresIn: 1 } });
    },
    expect: () => [
      { ...completed('expire-1', 1), effects: 'at-least-once' },
      // Submitted again after a crash, it may find the other gone.
      { label: 'expire', states: ['expired', 'completed'], effects: 'at-most-once', steps: 1 },
    ],
  },
  {
    name: 'batch',
    act: (world) => world.submitBatch([1, 2, 3].map((n) => ({ label: `batch-${n}`, steps: 1, more: exactlyOnce }))),
    expect: (world) => [1, 2, 3].map((n) => unlessAccepted(world, completed(`batch-${n}`, 1))),
  },
  sequence('ordered', { orderingKey: 'key' }, () => [
    { label: 'ordered-1', failures: 1 },
    { label: 'ordered-2' },
    { label: 'ordered-3' },
  ]),
  {
    // The last attempt of the first sets it aside: the next one may go on.
    ...sequence('ordered-aside', { orderingKey: 'key' }, () => [
      { label: 'ordered-aside-1', permanent: true },
      { label: 'ordered-aside-2' },
    ]),
    expect: () => [{ ...completed('ordered-aside-1', 1), states: ['dead-lettered'] }, completed('ordered-aside-2', 1)],
  },
  sequence('one-at-a-time', { concurrencyKey: 'key' }, () => [
    { label: 'one-at-a-time-1', delayMs: 300 },
    { label: 'one-at-a-time-2' },
  ]),
  {
    // The first holds the key until its handler has heard, or has died with its process.
    name: 'cancel-one-at-a-time',
    async prepare(world, watch) {
      const more = { concurrencyKey: 'key' };
      const id = await world.submit({ label: 'cancelled', steps: 1, delayMs: 20_000, more });
      await watch.until(id, 'running');
      await world.submit({ label: 'next', steps: 1, more: { ...more, ...exactlyOnce } });
      return id;
    },
    act: async (world, _watch, id) => void (await world.insist('POST', `/api/tasks/${id}/cancel`)),
    expect: () => [
      { label: 'cancelled', states: ['cancelled'], effects: 'at-least-once', steps: 1 },
      completed('next', 1),
    ],
  },
  single('high-priority', { steps: 1, more: { priority: 'high', ...exactlyOnce } }),
  single('large-payload', { steps: 1, filler: 'many words '.repeat(40_000), more: exactlyOnce }),
];
