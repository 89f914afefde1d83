import type { TaskError } from '../../contracts/task.ts';
import { PermanentError, RetryLater, type TaskContext, type TaskType } from '../task-types/define-task-type.ts';
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

/**
 * Runs a handler to its end, to its time limit, or until it is interrupted — whichever comes first. A handler that does
 * not heed its signal is left behind: its lease is gone, so it can no longer write.
 */
export async function runHandler(
  taskType: TaskType,
  /** JSON; undefined when it is no longer kept. */
  payload: string | undefined,
  context: Omit<TaskContext, 'signal'>,
  { controller, timeLimitMs }: { controller: AbortController; timeLimitMs: number },
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
    return { kind: 'result', result: JSON.stringify(result ?? null) };
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

const messageLength = 2_000;
const stackBytes = 8 * 1024;

function toOutcome(error: unknown): HandlerOutcome {
  if (error instanceof Interruption) {
    if (error.reason !== 'time-limit') return { kind: 'interrupted', reason: error.reason };
    return { kind: 'failure', error: { code: 'time-limit', message: error.message }, permanent: false };
  }
  const message = (error instanceof Error ? error.message : String(error)).slice(0, messageLength);
  if (error instanceof PermanentError) {
    return { kind: 'failure', error: { code: error.code, message }, permanent: true, ...stackOf(error) };
  }
  if (error instanceof RetryLater) {
    return { kind: 'postponed', error: { code: 'retry-later', message }, after: Math.max(0, error.after) };
  }
  const code = (error as { code?: unknown } | undefined)?.code;
  return {
    kind: 'failure',
    error: { code: typeof code === 'string' ? code : 'handler-failed', message },
    permanent: false,
    ...stackOf(error),
  };
}

function stackOf(error: unknown): { stack?: string } {
  if (!(error instanceof Error) || error.stack === undefined) return {};
  return { stack: Buffer.from(error.stack).subarray(0, stackBytes).toString() };
}
