import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import type { ScheduleDefinition } from '../../contracts/schedule.ts';
import type { TaskEvent } from '../../contracts/task-event.ts';
import { echo } from '../../functions/task-types/echo.ts';
import { parseCron } from '../../functions/schedules/cron.ts';
import { materialize, type Materializing } from '../../functions/schedules/materialize.ts';
import { ScheduleStore } from '../../functions/schedules/schedule-store.ts';
import { PayloadStore } from '../../functions/payloads/payload-store.ts';
import { listTasks } from '../../functions/tasks/task-queries.ts';
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

  get schedules(): ScheduleStore {
    return new ScheduleStore(this.redis);
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
    const created = await this.schedules.create({
      ...schedule,
      firstRunAt: this.firstRunAt(definition),
    });
    if (created.outcome !== 'created') throw new Error(`The schedule was not created: ${created.outcome}.`);
    return id;
  }

  async pause(id: string): Promise<void> {
    await this.schedules.pause(id, undefined);
    await materialize(this.materializing(), id);
  }

  async resume(id: string): Promise<void> {
    await this.schedules.resume(id, undefined, { firstRunAt: this.firstRunAt(everyTenSeconds), now: this.now });
    await materialize(this.materializing(), id);
  }

  /** What an edit replaces, now. */
  change(more: object) {
    const definition = { ...everyTenSeconds, ...more };
    return { definition: JSON.stringify(definition), firstRunAt: this.firstRunAt(definition), now: this.now };
  }

  async edit(id: string, more: object): Promise<void> {
    await materialize(this.materializing(), id);
    await this.schedules.update(id, undefined, this.change(more));
    await materialize(this.materializing(), id);
  }

  /** The tasks of all schedules by the time they are for. */
  async runs(state?: Task['state']): Promise<Task[]> {
    const { tasks } = await listTasks(this.redis, { limit: 500, ...(state && { states: [state] }) });
    return tasks.sort((a, b) => Date.parse(a.occurrenceAt!) - Date.parse(b.occurrenceAt!));
  }

  async occurrences(state?: Task['state']): Promise<(string | undefined)[]> {
    return (await this.runs(state)).map(({ occurrenceAt }) => occurrenceAt);
  }
}

/** A time of the day that a world begins with. */
export const iso = (time: string) => `2026-11-21T${time}.000Z`;

export const everyTenSeconds: ScheduleDefinition = {
  name: 'Every ten seconds',
  cron: '*/10 * * * * *',
  timeZone: 'UTC',
  missedRuns: 'all',
  type: 'echo',
  payload: { message: 'Hello' },
};
