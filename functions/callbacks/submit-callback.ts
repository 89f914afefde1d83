import { AppError } from '../errors.ts';
import { submitTask, type Submitting } from '../tasks/submit-task.ts';
import { createTaskId } from '../tasks/task-id.ts';
import { laneOf } from '../tasks/lanes.ts';
import type { TaskFields } from '../tasks/task-record.ts';
import { deliverCallback } from './deliver-callback.ts';

const keptMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Submits the callback of a task that has ended: once for each end, however often it is asked (a replayed task ends again).
 * @param now milliseconds since 1970
 */
export async function submitCallback(submitting: Submitting, fields: TaskFields, now: number): Promise<void> {
  const { id, owner, state, callbackUrl: url, finishedAt } = fields;
  if (url === undefined || finishedAt === undefined) return;
  const payload = JSON.stringify({ taskId: id, url, state, finishedAt: new Date(Number(finishedAt)).toISOString() });
  const task = {
    id: createTaskId(owner!, now),
    owner: owner!,
    type: deliverCallback.info.name,
    lane: laneOf({ owner: owner!, priority: 'normal' }),
    delivery: 'at-least-once',
    details: { tags: ['callback'], priority: 'normal' },
    payload,
    payloadBytes: Buffer.byteLength(payload),
    maxAttempts: deliverCallback.retry.maxAttempts!,
    // Nobody's own key: those have no blanks.
    idempotency: { key: `callback ${id!} ${finishedAt}`, fingerprint: 'callback', keptMs },
  } as const;
  try {
    await submitTask(submitting, task);
  } catch (error) {
    // Somebody else is about to submit it.
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
    return;
  }
  await submitting.store.callbackSubmitted(id!, Number(finishedAt));
}
