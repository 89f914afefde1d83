/** Requests to a child over its IPC channel, see ../child-program.ts. */
import type { ChildProcess } from 'node:child_process';

interface Reply {
  readonly type?: string;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

const answerWithinMs = 5_000;

/** Returns a function that sends a request and resolves with its result; it fails with the child's sentence, or when none comes. */
export function askOverChannel(child: ChildProcess): (request: unknown) => Promise<unknown> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  child.on('message', ({ type, id = 0, result, error }: Reply) => {
    if (type !== 'reply') return;
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error));
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('The process ended before it answered.'));
  });
  return async (request) => {
    const answer = Promise.withResolvers<unknown>();
    const id = (lastId += 1);
    waiting.set(id, answer);
    const late = () => answer.reject(new Error(`The process did not answer within ${answerWithinMs / 1000} s.`));
    const timer = setTimeout(late, answerWithinMs);
    child.send({ type: 'request', id, request }, (error) => error && answer.reject(error));
    return answer.promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(id);
    });
  };
}
