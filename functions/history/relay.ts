import type { ServiceBusMessage } from '@azure/service-bus';
import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { registerScripts } from '../azure/redis-scripts.ts';
import { bitByBit } from '../bit-by-bit.ts';
import { readable, type Warn } from '../tasks/readable-records.ts';
import { allPartitions, partitionOfTask } from '../tasks/task-id.ts';
import { taskKey, unpublishedEndingsKey, waitingKey } from '../tasks/task-keys.ts';
import type { TaskFields } from '../tasks/task-record.ts';
import acknowledge from './lua/acknowledge.lua';
import { toMessages, toSummary } from './ending-messages.ts';

/** What telling the topic needs. */
export interface Relaying {
  readonly redis: Redis;
  /** Settles when the broker has the message. */
  readonly send: (message: ServiceBusMessage) => Promise<void>;
  readonly warn: Warn;
}

/** Spread over the pause until the next round: done at once, it makes the tasks wait that are being worked off meanwhile. */
const spread = { most: 20, restMs: 40 };

const runScript = registerScripts('history', { acknowledge });

interface Found {
  readonly id: string;
  /** Undefined when somebody else has told of it. */
  readonly score: string | undefined;
  readonly fields: TaskFields;
}

/**
 * Tells the topic of tasks that have ended. They leave the set `unpublished` only when the broker has the message, so that a crash at any
 * point leads to a second message at worst, with the same ID.
 * @param reading how many at a time
 * @throws when the broker does not take them: they stay where they are
 */
export async function relayEndings(
  { redis, send, warn }: Relaying,
  ids: readonly string[],
  reading = spread,
): Promise<void> {
  const waiting: Found[] = [];
  const summaries: Task[] = [];
  await bitByBit([...new Set(ids)], reading, async (some) => {
    const found = (await Promise.all(some.map((id) => read(redis, id)))).filter(({ score }) => score !== undefined);
    waiting.push(...found);
    summaries.push(...found.flatMap(({ fields }) => summaryOf(fields, warn)));
  });
  await Promise.all(toMessages(summaries).map(send));
  await forget(redis, waiting);
}

/** The score comes first: should the task end again in between, the set still has it afterwards. */
async function read(redis: Redis, id: string): Promise<Found> {
  const [score, fields] = await Promise.all([
    redis.zscore(waitingKey(partitionOfTask(id), 'unpublished'), id),
    redis.hgetall(taskKey(id)),
  ]);
  return { id, score: score ?? undefined, fields };
}

/** Nothing for a task that is gone, or under way again: a replay keeps how it had ended (lua/shared/endings.lua). */
function summaryOf(fields: TaskFields, warn: Warn): Task[] {
  if (fields.finishedAt === undefined) return [];
  const task = readable(fields, warn);
  return task === undefined ? [] : [toSummary(task)];
}

async function forget(redis: Redis, told: readonly Found[]): Promise<void> {
  const partitions = Map.groupBy(told, ({ id }) => partitionOfTask(id));
  await Promise.all(
    [...partitions].map(([partition, some]) => {
      const args = some.flatMap(({ id, score }) => [id, score!]);
      return runScript(redis, 'acknowledge', waitingKey(partition, 'unpublished'), args);
    }),
  );
}

const perRead = 200;
/** The process in which a task ended tells of it itself, within some seconds. */
const patienceMs = 10_000;

/**
 * For the sweeper: tells of what processes left behind that died, were too busy, or met a broker that was away.
 * @param now milliseconds since 1970
 * @param goesOn asked between two rounds; what is left then waits for the next run
 * @throws when the broker does not take them
 */
export async function relayLeftovers(
  relaying: Relaying,
  now: number,
  goesOn: () => Promise<boolean> = async () => true,
): Promise<void> {
  for (const partition of inTurn(allPartitions)) {
    await relayKept(relaying, unpublishedEndingsKey(partition));
    for (;;) {
      const key = waitingKey(partition, 'unpublished');
      const ids = await relaying.redis.zrangebyscore(key, '-inf', now - patienceMs, 'LIMIT', 0, perRead);
      await relayEndings(relaying, ids);
      if (ids.length < perRead) break;
      if (!(await goesOn())) return;
    }
  }
}

/** Begins somewhere else each time: no partition waits behind another for ever. */
function inTurn<T>(all: readonly T[]): T[] {
  const first = Math.floor(Math.random() * all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}

/** Endings of tasks that were replayed before the topic had them. */
async function relayKept({ redis, send, warn }: Relaying, key: string): Promise<void> {
  for (;;) {
    const kept = await redis.lrange(key, 0, perRead - 1);
    const summaries = kept.flatMap((json) => summaryOf(JSON.parse(json) as TaskFields, warn));
    await Promise.all(toMessages(summaries).map(send));
    await Promise.all(kept.map((json) => redis.lrem(key, 1, json)));
    if (kept.length < perRead) return;
  }
}
