import type { Redis } from 'ioredis';
import { scheduleLimits } from '../../contracts/schedule.ts';
import type { TaskError } from '../../contracts/task.ts';
import { toFields } from '../tasks/task-record.ts';
import { dueSchedulesKey, runsKey, scheduleKey, voidKey } from './schedule-keys.ts';
import type { Run, ScheduleFields } from './schedule-record.ts';
import { runScheduleScript, type ScheduleScript } from './schedule-scripts.ts';

export interface NewSchedule {
  readonly id: string;
  readonly owner: string;
  /** JSON of a ScheduleDefinition. */
  readonly definition: string;
  /** Milliseconds since 1970, as all times here. */
  readonly firstRunAt: number;
  readonly now: number;
  readonly idempotency?: { readonly key: string; readonly fingerprint: string; readonly keptMs: number };
}

export type Created =
  | { readonly outcome: 'created' | 'duplicate'; readonly fields: ScheduleFields }
  | { readonly outcome: 'full' | 'reused' };

/** Where a schedule stood when it was read: a step is taken from there, or not at all. */
export interface SchedulePosition {
  readonly id: string;
  readonly version: string;
  /** The first run not yet submitted, in milliseconds as text. */
  readonly cursor: string;
}

/**
 * Every change of a schedule: one script each. A change that makes runs void leaves them to be cancelled one by one
 * (`voidRuns`, `settleRun`); until that is done no other is submitted.
 */
export class ScheduleStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async create({ id, owner, definition, firstRunAt, now, idempotency }: NewSchedule): Promise<Created> {
    const args = [owner, definition, firstRunAt, now, scheduleLimits.perOwner];
    const once = [idempotency?.key ?? '', idempotency?.fingerprint ?? '', idempotency?.keptMs ?? ''];
    const [outcome, found] = (await this.#run('create', id, [...args, ...once])) as [string, string[]];
    if (outcome === 'full' || outcome === 'reused') return { outcome };
    return { outcome: outcome as 'created' | 'duplicate', fields: toFields(found) };
  }

  /** @param owner who asks; undefined for an operator. @returns undefined when there is no such schedule of theirs */
  async update(
    id: string,
    owner: string | undefined,
    { definition, firstRunAt, now }: Pick<NewSchedule, 'definition' | 'firstRunAt' | 'now'>,
  ): Promise<ScheduleFields | undefined> {
    return this.#change('update', id, [owner ?? '', definition, firstRunAt, now]);
  }

  /** @param owner who asks; undefined for an operator. @returns undefined when there is no such schedule of theirs */
  async pause(id: string, owner: string | undefined): Promise<ScheduleFields | undefined> {
    return this.#change('pause', id, [owner ?? '']);
  }

  /** Runs whose time came while it was paused are not made up for. @returns undefined when there is no such schedule of theirs */
  async resume(
    id: string,
    owner: string | undefined,
    { firstRunAt, now }: Pick<NewSchedule, 'firstRunAt' | 'now'>,
  ): Promise<ScheduleFields | undefined> {
    return this.#change('resume', id, [owner ?? '', firstRunAt, now]);
  }

  /** @returns false when there is no such schedule of theirs */
  async delete(id: string, owner: string | undefined): Promise<boolean> {
    return (await this.#change('delete', id, [owner ?? ''])) !== undefined;
  }

  /** IDs of tasks to cancel, the latest first. Read them before the schedule: while there are some, nothing is submitted. */
  async voidRuns(id: string): Promise<string[]> {
    return this.#redis.zrevrange(voidKey(id), '0', '-1');
  }

  async settleRun(id: string, taskId: string, became: 'cancelled' | 'stays'): Promise<void> {
    await this.#run('settleRun', id, [taskId, became]);
  }

  /**
   * Goes past runs that are not to be made up for, or cannot be submitted.
   * @returns whether it has been done, and not somebody else been there first
   */
  async goOn(from: SchedulePosition, next: number | undefined, error?: TaskError): Promise<boolean> {
    const failure = error === undefined ? '' : JSON.stringify(error);
    return (await this.#run('goOn', from.id, [from.version, from.cursor, next ?? '', failure])) === 1;
  }

  async noteRun(id: string, { taskId, at }: Run): Promise<void> {
    await this.#run('noteRun', id, [taskId, at]);
  }

  async read(id: string): Promise<ScheduleFields | undefined> {
    const fields = await this.#redis.hgetall(scheduleKey(id));
    return fields.id === undefined ? undefined : fields;
  }

  /** The last run that was due. */
  async lastDue(id: string, now: number): Promise<Run | undefined> {
    const [taskId, at] = await this.#redis.zrevrangebyscore(runsKey(id), now, '-inf', 'WITHSCORES', 'LIMIT', 0, 1);
    return taskId === undefined ? undefined : { taskId, at: Number(at) };
  }

  /** Schedules with something to do until then, at most `count`. */
  async due(partition: string, until: number, count: number): Promise<string[]> {
    return this.#redis.zrangebyscore(dueSchedulesKey(partition), '-inf', until, 'LIMIT', 0, count);
  }

  async #change(script: ScheduleScript, id: string, args: (string | number)[]): Promise<ScheduleFields | undefined> {
    const [outcome, found] = (await this.#run(script, id, args)) as [string, string[] | undefined];
    return outcome === 'unknown' ? undefined : toFields(found ?? []);
  }

  #run(script: ScheduleScript, id: string, args: (string | number)[]): Promise<unknown> {
    return runScheduleScript(this.#redis, script, scheduleKey(id), args);
  }
}
