import type { Redis } from 'ioredis';
import type { Engine } from './engine.ts';
import { settleFailure } from './run-task.ts';
import { allPartitions } from './task-id.ts';
import { taskKey, type Waiting, waitingKey } from './task-keys.ts';
import { createTaskMessage } from './task-message.ts';
import type { TaskFields } from './task-record.ts';

/** A message that is not confirmed by then was lost between Redis and the broker. */
const outboxPatienceMs = 15_000;
/** The broker delivers a dead worker's message again when its lock ends; only when it does not, the sweeper steps in. */
const leasePatienceMs = 60_000;
const perPartition = 500;

/** Goes through what waits in each partition, and puts right what is overdue. */
export async function sweepTasks(
  engine: Engine,
  redis: Redis,
  { retentionMs }: { retentionMs: number },
): Promise<void> {
  const now = engine.now();
  for (const partition of allPartitions) {
    const due = (waiting: Waiting, until: number) =>
      redis.zrangebyscore(waitingKey(partition, waiting), '-inf', until, 'LIMIT', 0, perPartition);
    const [unsent, lapsed, expired, old] = await Promise.all([
      due('outbox', now - outboxPatienceMs),
      due('leases', now - leasePatienceMs),
      due('expiring', now),
      due('finished', now - retentionMs),
    ]);
    for (const id of unsent) await sendAgain(engine, await redis.hgetall(taskKey(id)));
    for (const id of lapsed) await retryLapsed(engine, await redis.hgetall(taskKey(id)));
    for (const id of expired) await expire(engine, id, await redis.hgetall(taskKey(id)));
    for (const id of old) await engine.store.forget(id);
  }
}

async function sendAgain(engine: Engine, fields: TaskFields): Promise<void> {
  if (fields.id === undefined) return;
  engine.log(`Task ${fields.id} was accepted but not queued: sending its message again.`);
  const attempt = Number(fields.attempt) + 1;
  const dueAt = fields.nextAttemptAt ?? fields.scheduledFor;
  await engine.send(createTaskMessage(fields, attempt, dueAt === undefined ? undefined : Number(dueAt)));
  engine.publish(fields.owner!, (await engine.store.confirmSent(fields.id, attempt)).events);
}

async function retryLapsed(engine: Engine, fields: TaskFields): Promise<void> {
  if (fields.id === undefined) return;
  engine.log(`Task ${fields.id} was left by its worker in attempt ${fields.attempt!}.`);
  const error = {
    code: 'lease-ended',
    message: 'The worker stopped in the middle of the task, and nobody took it over.',
  };
  // Without a message of its own there is nothing to dead-letter but the record.
  await settleFailure(engine, fields, fields.leaseToken!, error, false).catch(() => undefined);
}

async function expire(engine: Engine, id: string, fields: TaskFields): Promise<void> {
  const events = await engine.store.expire(id);
  if (fields.owner !== undefined) engine.publish(fields.owner, events);
}
