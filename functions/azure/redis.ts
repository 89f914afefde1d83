import { Redis } from 'ioredis';
import { getSettings } from '../settings.ts';

const commandTimeoutMs = 5_000;

let impatient: Redis | undefined;
let patient: Redis | undefined;

/** For requests of people: a command fails within seconds when Redis is away. */
export function getRedis(): Redis {
  impatient ??= connect({ maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs });
  return impatient;
}

/**
 * For running tasks: a command waits until Redis is back and is then sent again. That is safe because each script
 * answers a repetition as it answered the first time.
 */
export function getPatientRedis(): Redis {
  patient ??= connect({ maxRetriesPerRequest: null });
  return patient;
}

function connect(options: { maxRetriesPerRequest: number | null; commandTimeout?: number }): Redis {
  const redis = new Redis(getSettings().RedisConnection, {
    ...options,
    enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), 1_000) + Math.random() * 100,
  });
  // Without a listener ioredis prints every failed reconnect; the commands themselves report what goes wrong.
  redis.on('error', () => undefined);
  return redis;
}

/** Closes the connections, so that the process can end. */
export async function closeRedis(): Promise<void> {
  const open = [impatient, patient].filter((redis) => redis !== undefined);
  impatient = patient = undefined;
  for (const redis of open) redis.disconnect();
}
