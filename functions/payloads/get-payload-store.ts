import type { Redis } from 'ioredis';
import { getPayloadContainer } from '../azure/blob.ts';
import { getPatientRedis, getRedis } from '../azure/redis.ts';
import { getSettings } from '../settings.ts';
import { PayloadBlobs } from './payload-blobs.ts';
import { noBlobStorage, PayloadStore } from './payload-store.ts';

/** For requests of people: fails fast when Redis is away. */
export function getPayloadStore(): PayloadStore {
  return createStore(getRedis());
}

/** For running tasks: waits for Redis. */
export function getPatientPayloadStore(): PayloadStore {
  return createStore(getPatientRedis());
}

/** @throws AppError `dependency-unavailable` when no Blob Storage is set up */
export function getPayloadBlobs(): PayloadBlobs {
  const blobs = findPayloadBlobs();
  if (blobs === undefined) throw noBlobStorage();
  return blobs;
}

/** Undefined when no Blob Storage is set up. */
export function findPayloadBlobs(): PayloadBlobs | undefined {
  const container = getPayloadContainer();
  return container && new PayloadBlobs(container);
}

function createStore(redis: Redis): PayloadStore {
  const { PayloadStore: kind, PayloadCacheHours, PayloadLimitBytes } = getSettings();
  return new PayloadStore({
    redis,
    blobs: findPayloadBlobs(),
    writeThrough: kind === 'redis+blob',
    cacheMs: PayloadCacheHours * 60 * 60 * 1000,
    redisLimitBytes: PayloadLimitBytes,
  });
}
