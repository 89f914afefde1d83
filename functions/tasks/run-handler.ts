import { inspect } from 'node:util';
import { submitLimits } from '../../contracts/submit.ts';
import type { TaskError } from '../../contracts/task.ts';
import { PermanentError, RetryLater, type TaskContext, type TaskType } from '../task-types/define-task-type.ts';
import { toJson } from './json-limits.ts';
import { Interruption } from './lease.ts';

export type HandlerOutcome =
  | { readonly kind: 'result'; /** JSON. */ readonly result: string }
  | {
      readonly kind: 'failure';
      readonly error: TaskError;
      readonly permanent: boolean;
      /** Of what the handler threw. */ readonly stack?: string;
    }
  | { readonly kind: 'postponed'; readonly error: TaskError; /** Milliseconds. */ readonly after: number }
  | { readonly kind: 'interrupted'; readonly reason: 'cancelled' | 'lost' };

export interface HandlerLimits {
  readonly controller: AbortController;
  readonly timeLimitMs: number;
  readonly resultLimitBytes: number;
}

/**
 * Runs a handler to its end, to its time limit, or until it is interrupted — whichever comes first. A handler that does
 * not heed its signal is left behind: its lease is gone, so it can no longer write.
 */
export async function runHandler(
  taskType: TaskType,
  /** JSON; undefined when it is no longer kept. */
  payload: string | undefined,
  context: Omit<TaskContext, 'signal'>,
  { controller, timeLimitMs, resultLimitBytes }: HandlerLimits,
): Promise<HandlerOutcome> {
  const limit = setTimeout(() => {
    const seconds = timeLimitMs / 1000;
    controller.abort(new Interruption('time-limit', `The attempt took longer than its limit of ${seconds} s.`));
  }, timeLimitMs);
  try {
    const { signal } = controller;
    signal.throwIfAborted();
    const interrupted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Interruption), { once: true });
    });
    const result = await Promise.race([parseAndRun(taskType, payload, { ...context, signal }), interrupted]);
    return { kind: 'result', result: toResult(result, resultLimitBytes) };
  } catch (error) {
    // What a handler throws because it was interrupted says less than the reason of the interruption.
    return toOutcome(controller.signal.aborted ? controller.signal.reason : error);
  } finally {
    clearTimeout(limit);
  }
}

async function parseAndRun(taskType: TaskType, payload: string | undefined, context: TaskContext): Promise<unknown> {
  if (payload === undefined) {
    throw new PermanentError(
      'The payload of this task is no longer kept, so it cannot run. Submit it again.',
      'payload-missing',
    );
  }
  const parsed = taskType.parse(JSON.parse(payload));
  if ('errors' in parsed) {
    const faults = parsed.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join(' ');
    throw new PermanentError(`The payload does not fit the task type. ${faults}`, 'invalid-payload');
  }
  return taskType.run(context, parsed.payload);
}

/** @throws PermanentError where it is too large: another attempt would give as much */
function toResult(value: unknown, limitBytes: number): string {
  const result = toJson(value);
  const bytes = Buffer.byteLength(result);
  if (bytes <= limitBytes) return result;
  throw new PermanentError(
    `The result has ${bytes.toLocaleString('en')} bytes of JSON; at most ${limitBytes.toLocaleString('en')} are kept. Have the handler put it into storage, and return where it lies.`,
    'result-too-large',
  );
}

const messageLength = 2_000;
const codeLength = 100;
const stackBytes = 8 * 1024;

function toOutcome(thrown: unknown): HandlerOutcome {
  if (thrown instanceof Interruption) {
    if (thrown.reason !== 'time-limit') return { kind: 'interrupted', reason: thrown.reason };
    return { kind: 'failure', error: { code: 'time-limit', message: thrown.message }, permanent: false };
  }
  if (thrown instanceof RetryLater && !Number.isNaN(Number(thrown.after))) {
    const after = Math.min(submitLimits.horizonMs, Math.max(0, Number(thrown.after)));
    return { kind: 'postponed', error: { code: 'retry-later', message: messageOf(thrown) }, after };
  }
  const error = { code: codeOf(thrown), message: messageOf(thrown) };
  return { kind: 'failure', error, permanent: thrown instanceof PermanentError, ...stackOf(thrown) };
}

/** Handlers may throw anything: also what has no text, or throws when it is asked for one. */
function messageOf(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? String(thrown.message) : thrown;
    return (typeof text === 'string' ? text : inspect(text)).slice(0, messageLength);
  } catch {
    return 'The handler threw something that cannot be shown.';
  }
}

function codeOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && code !== '' ? code.slice(0, codeLength) : 'handler-failed';
}

function stackOf(thrown: unknown): { stack?: string } {
  if (!(thrown instanceof Error) || typeof thrown.stack !== 'string') return {};
  return { stack: Buffer.from(thrown.stack).subarray(0, stackBytes).toString() };
}
