/** Dead letters for tests, made by the store's own transitions. */
import { createTaskId } from '../../functions/tasks/task-id.ts';
import type { StorableTask } from '../../functions/tasks/new-task.ts';
import type { TaskStore } from '../../functions/tasks/task-store.ts';

export interface DeadLetterOptions extends Partial<Omit<StorableTask, 'payload'>> {
  readonly error?: { readonly code: string; readonly message: string };
  readonly stack?: string;
  /** Any JSON. */
  readonly payload?: unknown;
  readonly tags?: readonly string[];
}

const boom = { code: 'handler-failed', message: 'boom' };

/** @param now when it was submitted, in milliseconds since 1970. @returns its ID, after one attempt that failed for good */
export async function makeDeadLetter(store: TaskStore, now: number, options: DeadLetterOptions = {}): Promise<string> {
  const { error = boom, stack, payload = { message: 'Hello' }, tags = [], ...more } = options;
  const owner = more.owner ?? 'ada';
  const id = createTaskId(owner, now);
  const json = JSON.stringify(payload);
  await store.accept({
    id,
    owner,
    lane: 'tasks',
    type: 'echo',
    delivery: 'at-least-once',
    details: { tags, priority: 'normal', ...(more.orderingKey !== undefined && { orderingKey: more.orderingKey }) },
    payload: json,
    payloadBytes: Buffer.byteLength(json),
    maxAttempts: 1,
    ...more,
  });
  await store.confirmSent(id, 1);
  await failOnce(store, id, 1, error, stack);
  return id;
}

/** Runs an attempt of a task that fails for good. */
export async function failOnce(store: TaskStore, id: string, attempt: number, error = boom, stack?: string) {
  const token = `token-${attempt}`;
  await store.start(id, attempt, token, 30_000);
  await store.fail(id, token, error, undefined, { stack });
}
