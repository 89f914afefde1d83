import { inspect } from 'node:util';
import * as z from 'zod';
import { defineTaskType, PermanentError, RetryLater, type TaskContext } from '../task-types/define-task-type.ts';
import { Interruption } from './lease.ts';
import { runHandler } from './run-handler.ts';

const context = {
  taskId: 'id',
  owner: 'ada',
  submittedAt: 0,
  attempt: 1,
  maxAttempts: 7,
  progress: () => undefined,
  log: () => undefined,
  step: async <T>(_name: string, run: () => Promise<T>) => run(),
};

function typeThat(run: (context: TaskContext, payload: { n: number }) => Promise<unknown>) {
  return defineTaskType({
    name: 'sample',
    title: 'Sample',
    schema: z.strictObject({ n: z.number() }),
    example: { n: 1 },
    run,
  });
}

function run(
  handler: (context: TaskContext, payload: { n: number }) => Promise<unknown>,
  payload: string | undefined = '{"n":1}',
  { timeLimitMs = 60_000, resultLimitBytes = 1_000_000 } = {},
) {
  const controller = new AbortController();
  const limits = { controller, timeLimitMs, resultLimitBytes };
  return { controller, outcome: runHandler(typeThat(handler), payload, context, limits) };
}
const never = () => new Promise<never>(() => undefined);

it('gives the result as JSON, and null for none', async () => {
  expect(await run(async (_, { n }) => ({ twice: n * 2 })).outcome).toEqual({ kind: 'result', result: '{"twice":2}' });
  for (const nothing of [undefined, null, NaN, () => 1, Symbol('s'), { toJSON: () => undefined }])
    expect(await run(async () => nothing).outcome).toEqual({ kind: 'result', result: 'null' });
});

it('takes any error for a failure that may be retried', async () => {
  const failure = (message: string, code = 'handler-failed') => ({
    kind: 'failure',
    error: { code, message },
    permanent: false,
  });
  expect(await run(() => Promise.reject(new Error('boom'))).outcome).toMatchObject(failure('boom'));
  expect(await run(() => Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }))).outcome).toMatchObject(
    failure('gone', 'ENOENT'),
  );
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- handlers may throw anything
  expect(await run(() => Promise.reject('text')).outcome).toEqual(failure('text'));
});

it('takes whatever a handler throws for a failure, and says what it was', async () => {
  const hostile = {
    [inspect.custom]() {
      throw new Error('no');
    },
  };
  const odd = Object.assign(new Error('x'), { message: 5, stack: 7, code: 'C'.repeat(1_000) });
  const messages = { null: null, undefined: undefined, '[Object: null prototype] {}': Object.create(null) as unknown, '{ a: 1 }': { a: 1 }, '5': odd, 'The handler threw something that cannot be shown.': hostile }; // prettier-ignore
  for (const [message, thrown] of Object.entries(messages)) {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- handlers may throw anything
    const outcome = await run(() => Promise.reject(thrown)).outcome;
    expect(outcome).toEqual({ kind: 'failure', error: { code: thrown === odd ? 'C'.repeat(100) : 'handler-failed', message }, permanent: false }); // prettier-ignore
  }
});

it('takes a result that is no JSON for a failure', async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  expect(await run(async () => circular).outcome).toMatchObject({ kind: 'failure', permanent: false });
  expect(await run(async () => 1n).outcome).toMatchObject({ kind: 'failure' });
});

it('refuses a result beyond the limit for good, and says what to do; one that just fits is kept', async () => {
  const giving = (text: string) => run(async () => text, '{"n":1}', { resultLimitBytes: 1_000 }).outcome;
  expect(await giving('x'.repeat(998))).toEqual({ kind: 'result', result: `"${'x'.repeat(998)}"` });
  const outcome = await giving('ö'.repeat(500));
  expect(outcome).toMatchObject({ kind: 'failure', error: { code: 'result-too-large' }, permanent: true });
  expect(outcome).toMatchObject({
    error: { message: expect.stringMatching(/has 1,002 bytes of JSON; at most 1,000 .* into storage/) as string },
  });
});

it('does not retry what the handler calls permanent', async () => {
  const outcome = await run(() => Promise.reject(new PermanentError('no', 'too-long'))).outcome;
  expect(outcome).toMatchObject({ kind: 'failure', error: { code: 'too-long', message: 'no' }, permanent: true });
});

it('keeps where the handler threw, in 8 KB at most', async () => {
  const thrown = new Error('boom');
  expect(await run(() => Promise.reject(thrown)).outcome).toMatchObject({ stack: thrown.stack });
  thrown.stack = 'x'.repeat(100_000);
  expect(await run(() => Promise.reject(thrown)).outcome).toMatchObject({ stack: 'x'.repeat(8192) });
});

it('comes back later where the handler says so', async () => {
  const outcome = await run(() => Promise.reject(new RetryLater({ after: 5_000, message: 'The bank is closed.' })))
    .outcome;
  const error = { code: 'retry-later', message: 'The bank is closed.' };
  expect(outcome).toEqual({ kind: 'postponed', error, after: 5_000 });
});

it.each([
  [-5, 0],
  [Infinity, 365 * 24 * 60 * 60 * 1000],
  [1e300, 365 * 24 * 60 * 60 * 1000],
])('comes back after %d ms within now and a year', async (asked, after) => {
  const outcome = await run(() => Promise.reject(new RetryLater({ after: asked }))).outcome;
  expect(outcome).toMatchObject({ kind: 'postponed', after });
});

it('takes a wait that is no number for a failure', async () => {
  const outcome = await run(() => Promise.reject(new RetryLater({ after: NaN }))).outcome;
  expect(outcome).toMatchObject({ kind: 'failure', error: { code: 'handler-failed' }, permanent: false });
});

it.each([
  ['that is no longer kept', undefined, 'payload-missing'],
  ['that does not fit its type any more', '{"n":"x"}', 'invalid-payload'],
])('does not retry a payload %s', async (_, payload, code) => {
  const controller = new AbortController();
  const handler = jest.fn();
  const limits = { controller, timeLimitMs: 60_000, resultLimitBytes: 1_000_000 };
  const outcome = await runHandler(typeThat(handler), payload, context, limits);
  expect(outcome).toMatchObject({ kind: 'failure', error: { code }, permanent: true });
  expect(handler).not.toHaveBeenCalled();
});

it('ends an attempt at its time limit, also when the handler does not listen', async () => {
  const outcome = await run(never, '{"n":1}', { timeLimitMs: 20 }).outcome;
  expect(outcome).toMatchObject({ kind: 'failure', error: { code: 'time-limit' }, permanent: false });
});

it('tells the handler of the limit through its signal', async () => {
  const heard: unknown[] = [];
  const outcome = await run(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => {
    heard.push(signal.reason);
    reject(new Error('stopped'));
  })), '{"n":1}', { timeLimitMs: 20 }).outcome; // prettier-ignore
  expect(heard).toEqual([expect.any(Interruption)]);
  expect(outcome).toMatchObject({ error: { code: 'time-limit' } });
});

it('ends when the task is cancelled', async () => {
  const { controller, outcome } = run(never);
  controller.abort(new Interruption('cancelled', 'The task was cancelled.'));
  expect(await outcome).toEqual({ kind: 'interrupted', reason: 'cancelled' });
});
