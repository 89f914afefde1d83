import { randomUUID } from 'node:crypto';
import { getPatientRedis, getRedis } from '../azure/redis.ts';
import { sendTaskMessage } from '../azure/service-bus.ts';
import { publish } from '../events/publish.ts';
import { getSettings } from '../settings.ts';
import { taskTypes } from '../task-types/registry.ts';
import type { Engine } from './run-task.ts';
import { findPayload } from './task-queries.ts';
import { TaskStore } from './task-store.ts';

const retryFactor = 2;

/** For requests of people: fails fast when Redis is away. */
export function getTaskStore(): TaskStore {
  return new TaskStore(getRedis());
}

/** For running tasks, and for what must not be given up: waits for Redis. */
export function getPatientTaskStore(): TaskStore {
  return new TaskStore(getPatientRedis());
}

/** What running tasks needs, made of the real services. */
export function createEngine(log: (...args: unknown[]) => void): Engine {
  const settings = getSettings();
  const redis = getPatientRedis();
  return {
    store: getPatientTaskStore(),
    taskTypes,
    leaseMs: settings.LeaseSeconds * 1000,
    timeLimitMs: settings.AttemptTimeLimitSeconds * 1000,
    retry: { firstDelayMs: settings.RetryFirstDelayMs, factor: retryFactor, maxDelayMs: settings.RetryMaxDelayMs },
    readPayload: (id) => findPayload(redis, id),
    send: sendTaskMessage,
    publish: (owner, events) => publish(owner, events, (error) => log('Events were stored but not pushed:', error)),
    log,
    createToken: randomUUID,
    random: Math.random,
    now: Date.now,
  };
}
