import type { Redis } from 'ioredis';
import { prepareConnections } from '../azure/redis-scripts.ts';
import type { Quota } from './limit-headers.ts';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** What was taken of a limit. */
export interface Taken extends Quota {
  readonly isExceeded: boolean;
}

const windowS = 1;

// It defines a command of its own on the connection it is given.
prepareConnections((redis) => void new RateLimiterRedis({ storeClient: redis, points: 1, duration: windowS }));

/** Counts what is submitted in a second, in Redis, for all instances together. */
export class Rates {
  readonly #redis: Redis;
  readonly #limiters = new Map<string, RateLimiterRedis>();

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /**
   * Takes one of a limit.
   * @param policy name of the limit, as clients see it
   * @param subject whose limit it is
   */
  async take(policy: string, subject: string, perSecond: number): Promise<Taken> {
    const limiter = this.#limiterOf(policy, perSecond);
    try {
      return toQuota(policy, perSecond, await limiter.consume(subject), false);
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return toQuota(policy, perSecond, refused, true);
      throw refused;
    }
  }

  #limiterOf(policy: string, points: number): RateLimiterRedis {
    const name = `${policy}/${points}`;
    let limiter = this.#limiters.get(name);
    if (limiter === undefined) {
      limiter = new RateLimiterRedis({
        storeClient: this.#redis,
        keyPrefix: `amo:rate:${policy}`,
        points,
        duration: windowS,
      });
      this.#limiters.set(name, limiter);
    }
    return limiter;
  }
}

function toQuota(policy: string, limit: number, result: RateLimiterRes, isExceeded: boolean): Taken {
  const resetS = Math.max(1, Math.ceil(result.msBeforeNext / 1000));
  return { policy, limit, windowS, remaining: result.remainingPoints, resetS, isExceeded };
}
