import type { Redis } from 'ioredis';
import { type Receipt, receiptLimits, type TaskReceipt } from '../../contracts/receipt.ts';
import { registerScripts } from '../azure/redis-scripts.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { receiptsKey, taskKey } from '../tasks/task-keys.ts';
import record from './lua/record.lua';

const run = registerScripts('receipts', { record });

export interface Receiver {
  readonly user: string;
  /** The owner whose tasks they may see; undefined for all. */
  readonly owner: string | undefined;
}

/** How long receipts are kept at most, should their task be gone already. */
const keptSeconds = 365 * 24 * 60 * 60;

/** @returns how many were new; whoever repeats one changes nothing */
export async function recordReceipts(redis: Redis, receipts: readonly Receipt[], receiver: Receiver): Promise<number> {
  const taken = await Promise.all(
    receipts
      .filter(({ taskId }) => isTaskId(taskId))
      .map(({ taskId, kind, cursor }) =>
        run(redis, 'record', taskKey(taskId), [
          receiver.owner ?? '',
          receiver.user,
          kind,
          cursor,
          receiptLimits.usersPerTask,
          keptSeconds,
        ]),
      ),
  );
  return taken.filter((isNew) => isNew === 1).length;
}

/** Who has had and seen a task, in the order in which they came. */
export async function findReceipts(redis: Redis, taskId: string, caller: string): Promise<TaskReceipt[]> {
  const fields = Object.entries(await redis.hgetall(receiptsKey(taskId)));
  const times = (kind: string) =>
    new Map(fields.filter(([field]) => field.startsWith(`${kind}:`)).map(([field, value]) => [field.slice(kind.length + 1), timeOf(value)])); // prettier-ignore
  const seen = times('seen');
  return [...times('delivered')]
    .sort(([, a], [, b]) => a - b)
    .map(([user, deliveredAt]) => ({
      user,
      isYou: user === caller,
      deliveredAt: iso(deliveredAt),
      ...(seen.has(user) && { seenAt: iso(seen.get(user)!) }),
    }));
}

const timeOf = (value: string) => Number(value.split(' ')[0]);
const iso = (ms: number) => new Date(ms).toISOString();
