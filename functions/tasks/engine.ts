import type { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { getPatientRedis, getRedis } from '../azure/redis.ts';
import { submitCallback } from '../callbacks/submit-callback.ts';
import { sendMessage } from '../azure/service-bus.ts';
import { publish } from '../events/publish.ts';
import { relayEnding } from '../history/relay-endings.ts';
import { OwnerWindow } from '../limits/owner-window.ts';
import { appendLogs } from '../task-logs/log-store.ts';
import type { LogBatch } from '../task-logs/log-keeper.ts';
import { pushLogNews } from '../task-logs/push-log-news.ts';
import { TypeSlots } from '../limits/type-slots.ts';
import { getPatientPayloadStore, getPayloadStore } from '../payloads/get-payload-store.ts';
import { getSettings } from '../settings.ts';
import type { TaskType } from '../task-types/define-task-type.ts';
import { taskTypes } from '../task-types/registry.ts';
import { dispatchWoken } from './dispatch.ts';
import type { RetryPolicy } from './task-lifecycle.ts';
import type { Submitting } from './submit-task.ts';
import { taskKey } from './task-keys.ts';
import type { OutgoingMessage } from './task-message.ts';
import type { TaskFields } from './task-record.ts';
import { TaskStore } from './task-store.ts';
import { hasStarted, unlessStarted } from './unless-started.ts';

/** What running a task needs from outside. */
export interface Engine {
  readonly store: TaskStore;
  readonly taskTypes: ReadonlyMap<string, TaskType>;
  readonly typeSlots: TypeSlots;
  readonly leaseMs: number;
  readonly timeLimitMs: number;
  /** Of a result, and of what the steps of a task give together. */
  readonly resultLimitBytes: number;
  readonly retry: Omit<RetryPolicy, 'maxAttempts'>;
  /** JSON, or undefined when it is no longer kept. @param inHand what Redis holds, where it is at hand */
  readonly readPayload: (fields: TaskFields, inHand?: string) => Promise<string | undefined>;
  readonly send: (message: OutgoingMessage) => Promise<void>;
  readonly publish: (owner: string, events: readonly TaskEvent[]) => void;
  /** Submits the callback of a task that has ended, where it wants one. */
  readonly callBack: (id: string) => Promise<void>;
  /** Hears of each task that starts here. */
  readonly onStarted: (id: string) => void;
  /** And of each that has been let go of here. */
  readonly onEnded?: () => void;
  readonly log: (...args: unknown[]) => void;
  /** Keeps what a handler logged with its task. */
  readonly keepLogs: (id: string, batch: LogBatch) => Promise<number | undefined>;
  /** Tells whoever watches that the log of a task has grown. @param newest number of its newest line */
  readonly tellLogs: (owner: string, id: string, newest: number) => void;
  readonly createToken: () => string;
  /** 0 to 1. */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** By default for as long as this machine's clock says. */
  readonly wait?: (milliseconds: number) => Promise<void>;
}

const ownerWindow = new OwnerWindow();
const retryFactor = 2;
const retryJitter = 0.5;

/** For requests of people: fails fast when Redis is away. */
export function getTaskStore(): TaskStore {
  return createStore(getRedis());
}

/** For running tasks, and for what must not be given up: waits for Redis. */
export function getPatientTaskStore(): TaskStore {
  return createStore(getPatientRedis());
}

/** What submitting a task needs. */
export function getSubmitting(): Submitting {
  return {
    store: getTaskStore(),
    patientStore: getPatientTaskStore(),
    send: sendMessage,
    publish,
    payloads: getPayloadStore(),
    unlessStarted,
  };
}

function createStore(redis: Redis): TaskStore {
  const { OwnerWindow: least, OwnerBacklogLimit, OwnerConcurrency, ConcurrencyPerKey, History } = getSettings();
  return new TaskStore(redis, {
    limits: {
      window: ownerWindow.size(least),
      backlog: OwnerBacklogLimit,
      concurrency: OwnerConcurrency,
      keyConcurrency: ConcurrencyPerKey,
    },
    onWoken: (tasks) => dispatchWoken({ store: getPatientTaskStore(), send: sendMessage, publish }, tasks),
    ...(History === 'on' && { onFinished: relayEnding }),
  });
}

/** How many tasks of a type run at once; 0 for any number. A setting goes before what the type itself says. */
function concurrencyOf(type: string): number {
  return getSettings().TypeLimits[type]?.concurrency ?? taskTypes.get(type)?.limits.concurrency ?? 0;
}

/** What running tasks needs, made of the real services. */
export function createEngine(log: (...args: unknown[]) => void): Engine {
  const settings = getSettings();
  const redis = getPatientRedis();
  const payloads = getPatientPayloadStore();
  return {
    store: getPatientTaskStore(),
    taskTypes,
    typeSlots: new TypeSlots(redis, concurrencyOf, settings.LeaseSeconds * 1000),
    leaseMs: settings.LeaseSeconds * 1000,
    timeLimitMs: settings.AttemptTimeLimitSeconds * 1000,
    resultLimitBytes: settings.ResultLimitBytes,
    retry: {
      firstDelayMs: settings.RetryFirstDelayMs,
      factor: retryFactor,
      maxDelayMs: settings.RetryMaxDelayMs,
      jitter: retryJitter,
    },
    readPayload: async (fields, inHand) => (await payloads.read(fields.id!, fields, inHand))?.toString(),
    send: sendMessage,
    publish,
    callBack: async (id) => submitCallback(getSubmitting(), await redis.hgetall(taskKey(id)), Date.now()),
    onStarted: (id) => {
      ownerWindow.noteStart();
      hasStarted(id);
    },
    onEnded: () => ownerWindow.noteEnd(),
    log,
    keepLogs: (id, batch) => appendLogs(redis, id, batch),
    tellLogs: (owner, taskId, newest) => pushLogNews(owner, { taskId, newest }),
    createToken: randomUUID,
    random: Math.random,
    now: Date.now,
  };
}
