import type { Redis } from 'ioredis';
import type { ScheduleDefinition } from '../../contracts/schedule.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { echo } from '../../functions/task-types/echo.ts';
import { parseCron } from '../../functions/schedules/cron.ts';
import type { Materializing } from '../../functions/schedules/materialize.ts';
import { ScheduleStore } from '../../functions/schedules/schedule-store.ts';
import { PayloadStore } from '../../functions/payloads/payload-store.ts';
import { createTaskId } from '../../functions/tasks/task-id.ts';
import type { OutgoingMessage } from '../../functions/tasks/task-message.ts';
import { TaskStore } from '../../functions/tasks/task-store.ts';

/** Schedules on a real Redis, with a clock that a test moves and messages that it can look at. */
export class ScheduleWorld {
  now = Date.parse('2026-11-21T09:00:00Z');
  /** How far the clock of Redis is ahead of this machine's. */
  skewMs = 0;
  sent: OutgoingMessage[] = [];
  published: TaskEvent[] = [];
  logged: string[] = [];
  readonly redis: Redis;

  constructor(redis: Redis) {
    this.redis = redis;
  }

  materializing(redis: Redis = this.redis, more: Partial<Materializing> = {}): Materializing {
    return {
      schedules: new ScheduleStore(redis),
      store: this.tasks(redis),
      payloads: this.payloads,
      taskTypes: new Map([['echo', echo]]),
      limits: { payloadLimitBytes: 1_000_000, maxAttempts: 7, idempotencyMs: 24 * 60 * 60 * 1000, callbackHosts: [] },
      send: async (message) => void this.sent.push(message),
      publish: (_owner, events) => void this.published.push(...events),
      log: (...args) => void this.logged.push(args.join(' ')),
      now: () => this.now,
      ...more,
    };
  }

  get payloads(): PayloadStore {
    return new PayloadStore({
      redis: this.redis,
      blobs: undefined,
      writeThrough: false,
      cacheMs: 0,
      redisLimitBytes: 1_000_000,
    });
  }

  tasks(redis: Redis = this.redis, backlog = 1_000): TaskStore {
    return new TaskStore(redis, { now: () => this.now + this.skewMs, limits: { backlog } });
  }

  firstRunAt({ cron, timeZone }: ScheduleDefinition): number {
    const parsed = parseCron(cron, timeZone);
    if ('error' in parsed) throw new Error(parsed.error.detail);
    return parsed.occurrences.after(this.now)!;
  }

  async create(definition: ScheduleDefinition, owner = 'ada'): Promise<string> {
    const id = createTaskId(owner, this.now);
    const schedule = { id, owner, definition: JSON.stringify(definition), now: this.now };
    const created = await new ScheduleStore(this.redis).create({
      ...schedule,
      firstRunAt: this.firstRunAt(definition),
    });
    if (created.outcome !== 'created') throw new Error(`The schedule was not created: ${created.outcome}.`);
    return id;
  }
}

export const everyTenSeconds: ScheduleDefinition = {
  name: 'Every ten seconds',
  cron: '*/10 * * * * *',
  timeZone: 'UTC',
  missedRuns: 'all',
  type: 'echo',
  payload: { message: 'Hello' },
};
