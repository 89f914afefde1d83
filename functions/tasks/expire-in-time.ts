import type { Redis } from 'ioredis';
import type { Dispatching } from './dispatch.ts';
import { allPartitions } from './task-id.ts';
import { waitingKey } from './task-keys.ts';

/** How often the sweeper comes by, in milliseconds: what ends before its next visit is expired by a timer of its own. */
export const sweepEveryMs = 10_000;
const perPartition = 500;
/** Redis decides by its own clock: asked a little late, it agrees. */
const marginMs = 50;

type Expiring = Pick<Dispatching, 'store' | 'publish'>;

/** Expires a task when its time ends. Should this process be gone by then, or a clock differ, the next sweep does it. */
export function expireIn({ store, publish }: Expiring, id: string, milliseconds: number): void {
  const expire = async () => {
    const { owner, events } = await store.expire(id);
    if (owner !== undefined) publish(owner, events);
  };
  setTimeout(() => void expire().catch(() => undefined), Math.max(0, milliseconds) + marginMs).unref();
}

/**
 * Does so for all tasks whose time ends before the sweeper comes by again.
 * @param now milliseconds since 1970
 */
export async function expireInTime(expiring: Expiring, redis: Redis, now: number): Promise<void> {
  for (const partition of allPartitions) {
    const key = waitingKey(partition, 'expiring');
    const soon = await redis.zrangebyscore(key, `(${now}`, now + sweepEveryMs, 'WITHSCORES', 'LIMIT', 0, perPartition);
    for (let i = 0; i + 1 < soon.length; i += 2) expireIn(expiring, soon[i]!, Number(soon[i + 1]) - now);
  }
}
