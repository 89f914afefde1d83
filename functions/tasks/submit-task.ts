import type { Task } from '../../contracts/task.ts';
import { AppError, unavailable } from '../errors.ts';
import { limitHeaders } from '../limits/limit-headers.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { type Dispatching, sendAttempt } from './dispatch.ts';
import { expireIn, sweepEveryMs } from './expire-in-time.ts';
import { toTask, type TaskFields } from './task-record.ts';
import type { Accepted } from './accepting.ts';
import type { NewTask, StorableTask } from './new-task.ts';
import type { Turn } from './turns.ts';
import type { TaskStore } from './task-store.ts';

export interface Submitting extends Dispatching {
  /** Waits for Redis instead of failing: for taking back what must not stay. */
  readonly patientStore: TaskStore;
  readonly payloads: PayloadStore;
  /** Does what has to be done unless the task starts by then, without keeping the caller waiting; by default at once. */
  readonly unlessStarted?: (id: string, act: () => Promise<unknown>) => void;
  /** When it is to be stored, where that has to be in order with others. */
  readonly turn?: Turn;
}

/**
 * Stores a task, then sends its message. When it returns, both are safe; when it throws, nothing of the task stays.
 * When the process dies in between, the sweeper finds the task in the outbox.
 * @throws AppError `idempotency-key-reused`, `conflict` while the first request with the key is under way, `too-many-requests`
 * where the owner has too much waiting, `dependency-unavailable`
 */
export async function submitTask(submitting: Submitting, task: NewTask): Promise<Task> {
  const stored = await submitting.payloads.prepare(task);
  const accepted = await accept(submitting, { ...task, ...stored });
  // Of the tasks that are not taken in, the sweeper deletes what this misses.
  if (accepted.outcome !== 'accepted') void submitting.payloads.discard(stored).catch(() => undefined);
  switch (accepted.outcome) {
    case 'duplicate':
      return toTask(accepted.fields);
    case 'in-flight':
      throw new AppError('conflict', 'A request with this Idempotency-Key is still under way. Try again in a second.', {
        retryAfterS: 1,
      });
    case 'reused':
      throw idempotencyKeyReused();
    case 'withdrawn':
      throw unavailable('Redis', new Error('The task was taken back before it was stored.'));
    case 'full':
      throw ownerBacklogFull(accepted.limit);
    case 'accepted':
      expireSoon(submitting, task);
      // Its turn has not come: it is announced, and its message will be sent by whoever makes room for it.
      if (accepted.fields.parked !== undefined) {
        submitting.publish(task.owner, accepted.events);
        return toTask(accepted.fields);
      }
      return confirm(submitting, accepted.fields, await sendOrWithdraw(submitting, accepted.fields, task.scheduledFor));
  }
}

function ownerBacklogFull(limit: number): AppError {
  const retryAfterS = 30;
  const headers = limitHeaders([{ policy: 'owner-backlog', limit, remaining: 0, resetS: retryAfterS }]);
  const detail =
    'So many of your tasks are waiting that no more can be taken in. Try again when some have ended, or cancel some.';
  return new AppError('too-many-requests', detail, { retryAfterS, headers });
}

function expireSoon(submitting: Submitting, { id, expiresAt = Infinity }: NewTask): void {
  const milliseconds = expiresAt - (submitting.now ?? Date.now)();
  const { patientStore: store, publish } = submitting;
  if (milliseconds < sweepEveryMs) expireIn({ store, publish }, id, milliseconds);
}

export function idempotencyKeyReused(): AppError {
  const detail = 'This Idempotency-Key came before with another request. Use a new key for a new one.';
  return new AppError('idempotency-key-reused', detail);
}

async function accept({ store, patientStore, turn }: Submitting, task: StorableTask): Promise<Accepted> {
  try {
    await turn?.come;
    const accepted = store.accept(task);
    // Redis stores them in the order in which it is asked to.
    turn?.pass();
    return await accepted;
  } catch (error) {
    // Redis may have stored the task although its answer did not arrive: taken back as soon as Redis is there again.
    void patientStore.withdraw(task.id).catch(() => undefined);
    throw unavailable('Redis', error);
  }
}

/** @returns when the message comes, where that is before the task is due */
async function sendOrWithdraw(
  submitting: Submitting,
  fields: TaskFields,
  scheduledFor: number | undefined,
): Promise<number | undefined> {
  try {
    return await sendAttempt(submitting, fields, 1, scheduledFor);
  } catch (error) {
    // Not withdrawn means that a worker has it already: the message arrived, only the broker's answer did not.
    const withdrawn = submitting.patientStore.withdraw(fields.id!).catch(() => true);
    if (await Promise.race([withdrawn, afterPatience()])) throw unavailable('Service Bus', error);
    return undefined;
  }
}

const patienceMs = 5_000;
const afterPatience = () => new Promise<true>((resolve) => setTimeout(resolve, patienceMs, true).unref());

/**
 * The task is safe by now: when Redis goes away at this moment, the sweeper confirms in our place.
 * @returns the task as it was accepted, even if a worker has been so quick that it runs already
 */
async function confirm(submitting: Submitting, fields: TaskFields, hopAt: number | undefined): Promise<Task> {
  const { store, publish, unlessStarted } = submitting;
  const note = async () => {
    const confirmed = await store.confirmSent(fields.id!, 1, 0, hopAt);
    publish(fields.owner!, confirmed.events);
    return confirmed;
  };
  // Until it is confirmed, a second request with its idempotency key would be told that the first is still under way.
  if (unlessStarted !== undefined && fields.state === 'queued' && fields.idempotencyKey === undefined) {
    unlessStarted(fields.id!, note);
    return toTask(fields);
  }
  try {
    const { queuedAt } = await note();
    return toTask({ ...fields, ...(queuedAt !== undefined && { queuedAt }) });
  } catch {
    return toTask(fields);
  }
}
