import type { Redis } from 'ioredis';
import { getPatientRedis, getRedis } from '../azure/redis.ts';
import { sendMessage } from '../azure/service-bus.ts';
import { publish } from '../events/publish.ts';
import { getPatientPayloadStore, getPayloadStore } from '../payloads/get-payload-store.ts';
import type { PayloadStore } from '../payloads/payload-store.ts';
import { taskTypes } from '../task-types/registry.ts';
import { getSubmissionLimits } from '../tasks/create-submitter.ts';
import { getPatientTaskStore, getTaskStore } from '../tasks/engine.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { Materializing } from './materialize.ts';
import { ScheduleStore } from './schedule-store.ts';

type Log = Materializing['log'];

/** What turning schedules into tasks needs, made of the real services: for the timer, which waits for Redis. */
export function createMaterializing(log: Log): Materializing {
  return materializing(getPatientRedis(), getPatientTaskStore(), getPatientPayloadStore(), log);
}

/** The same for requests of people: fails fast when Redis is away. */
export function createImpatientMaterializing(log: Log): Materializing {
  return materializing(getRedis(), getTaskStore(), getPayloadStore(), log);
}

function materializing(redis: Redis, store: TaskStore, payloads: PayloadStore, log: Log): Materializing {
  return {
    schedules: new ScheduleStore(redis),
    store,
    payloads,
    taskTypes,
    limits: getSubmissionLimits(),
    send: sendMessage,
    publish,
    log,
    now: Date.now,
  };
}
