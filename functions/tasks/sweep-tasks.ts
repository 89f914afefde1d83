import type { Redis } from 'ioredis';
import { dispatch } from './dispatch.ts';
import type { Engine } from './engine.ts';
import { DeadLettered, settleFailure } from './run-task.ts';
import { allPartitions } from './task-id.ts';
import { gatesKey, taskKey, type Waiting, waitingKey } from './task-keys.ts';
import type { TaskFields } from './task-record.ts';

/** A message that is not confirmed by then was lost between Redis and the broker. */
const outboxPatienceMs = 15_000;
/** The broker delivers a dead worker's message again when its lock ends; only when it does not, the sweeper steps in. */
const leasePatienceMs = 60_000;
/** The worker that ends a task submits its callback itself. */
const callbackPatienceMs = 2_000;
const perPartition = 500;

export interface SweepOptions {
  /** How long finished tasks are kept. */
  readonly retentionMs: number;
  readonly deleteBlob: (name: string) => Promise<void>;
}

/** Goes through what waits in each partition, and puts right what is overdue. */
export async function sweepTasks(
  engine: Engine,
  redis: Redis,
  { retentionMs, deleteBlob }: SweepOptions,
): Promise<void> {
  const now = engine.now();
  const blobs: string[] = [];
  for (const partition of allPartitions) {
    const due = (waiting: Waiting, until: number) =>
      redis.zrangebyscore(waitingKey(partition, waiting), '-inf', until, 'LIMIT', 0, perPartition);
    const [unsent, lapsed, expired, old, callbacks] = await Promise.all([
      due('outbox', now - outboxPatienceMs),
      due('leases', now - leasePatienceMs),
      due('expiring', now),
      due('finished', now - retentionMs),
      due('callbacks', now - callbackPatienceMs),
    ]);
    const read = (id: string) => redis.hgetall(taskKey(id));
    await each(engine, unsent, (id) => sendAgain(engine, id));
    await each(engine, lapsed, async (id) => retryLapsed(engine, await read(id)));
    await each(engine, expired, (id) => expire(engine, id));
    await each(engine, old, async (id) => void blobs.push(...(await engine.store.forget(id, retentionMs))));
    await each(engine, callbacks, (id) => engine.callBack(id));
    await openGates(engine, redis, partition);
  }
  await deleteBlobs(engine, blobs, deleteBlob);
}

/** Last, so that a storage that is away keeps no task waiting. What it or a crash leaves over is found by the sweep of payloads. */
async function deleteBlobs(
  engine: Engine,
  names: readonly string[],
  deleteBlob: SweepOptions['deleteBlob'],
): Promise<void> {
  try {
    for (let at = 0; at < names.length; at += perPartition) {
      await Promise.all(names.slice(at, at + perPartition).map((name) => deleteBlob(name)));
    }
  } catch (error) {
    engine.log('Payloads of forgotten tasks are deleted later:', error);
  }
}

/** A task that cannot be put right keeps no other from it; the next sweep tries again. */
async function each(engine: Engine, ids: readonly string[], putRight: (id: string) => Promise<void>): Promise<void> {
  for (const id of ids) {
    try {
      await putRight(id);
    } catch (error) {
      // A task without attempts left is dead-lettered by its record alone: there is no message to throw for.
      if (!(error instanceof DeadLettered)) engine.log(`Task ${id} could not be put right yet:`, error);
    }
  }
}

async function sendAgain(engine: Engine, id: string): Promise<void> {
  const fields = await engine.store.resend(id);
  if (fields === undefined) return;
  engine.log(`Task ${id} is ${fields.state!}, and its message was not sent or got lost: sending one.`);
  const dueAt = dueAtOf(fields);
  await dispatch(engine, fields, Number(fields.attempt) + 1, dueAt > engine.now() ? dueAt : undefined);
}

/** A task that was replayed before the time it had been scheduled for goes now. */
function dueAtOf({ state, scheduledFor, nextAttemptAt }: TaskFields): number {
  if (state === 'scheduled') return Number(scheduledFor);
  return state === 'retrying' ? Number(nextAttemptAt) : 0;
}

/** Should the one have died that was to open a gate, one task looks for itself whether there is room. */
async function openGates(engine: Engine, redis: Redis, partition: string): Promise<void> {
  for (const gate of await redis.smembers(gatesKey(partition))) {
    const [first] = await redis.zrange(gate, '0', '0');
    if (first !== undefined) await engine.store.openGate(first, gate);
  }
}

async function retryLapsed(engine: Engine, fields: TaskFields): Promise<void> {
  if (fields.id === undefined) return;
  engine.log(`Task ${fields.id} seems to be left by its worker in attempt ${fields.attempt!}.`);
  const error = {
    code: 'lease-ended',
    message: 'The worker stopped in the middle of the task, and nobody took it over.',
  };
  await settleFailure(engine, fields, fields.leaseToken!, error, { permanent: false, forGone: true });
}

async function expire(engine: Engine, id: string): Promise<void> {
  const { owner, events } = await engine.store.expire(id);
  if (owner !== undefined) engine.publish(owner, events);
}
