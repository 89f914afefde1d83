/** What the peer's API and its worker agree on. */
import { availableParallelism } from 'node:os';
import type { RedisOptions } from 'bullmq';

export const queueName = 'echo';

export interface EchoJob {
  readonly owner: string;
  readonly message: unknown;
}

/** `returnvalue` travels in the event of completion, so the API knows whom to tell without another read. */
export type EchoResult = EchoJob;

/** docs.bullmq.io/guide/going-to-production: retries without end for workers; commands of one turn share a write. */
export function connection(redisUrl: string): RedisOptions {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port), maxRetriesPerRequest: null, enableAutoPipelining: true };
}

/** As many attempts as ours, with exponential back-off; finished jobs are kept by number, as BullMQ's documentation advises. */
export const defaultJobOptions = {
  attempts: 7,
  backoff: { type: 'exponential', delay: 100 },
  removeOnComplete: { count: 1_000 },
  removeOnFail: { count: 5_000 },
};

/** docs.bullmq.io/guide/parallelism-and-concurrency: 100 to 300 where jobs wait for something. */
export const concurrency = Math.max(100, 50 * availableParallelism());
