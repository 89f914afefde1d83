import type { Redis } from 'ioredis';
import type { Schedule, SchedulePage } from '../../contracts/schedule.ts';
import type { TaskState } from '../../contracts/task-states.ts';
import { allPartitions } from '../tasks/task-id.ts';
import { taskKey } from '../tasks/task-keys.ts';
import { ownerSchedulesKey, partitionSchedulesKey } from './schedule-keys.ts';
import { toSchedule } from './schedule-record.ts';
import { ScheduleStore } from './schedule-store.ts';

export interface ScheduleFilter {
  /** Undefined for all owners. */
  readonly owner?: string;
  /** ID of the last schedule of the page before. */
  readonly cursor?: string;
  readonly limit: number;
}

export async function findSchedule(redis: Redis, id: string, now: number): Promise<Schedule | undefined> {
  const store = new ScheduleStore(redis);
  const [fields, lastDue] = await Promise.all([store.read(id), store.lastDue(id, now)]);
  if (fields === undefined) return undefined;
  const schedule = toSchedule(fields, lastDue, now);
  if (schedule.lastTaskId === undefined) return schedule;
  const state = await redis.hget(taskKey(schedule.lastTaskId), 'state');
  return state === null ? schedule : { ...schedule, lastState: state as TaskState };
}

/** Newest first. */
export async function listSchedules(redis: Redis, filter: ScheduleFilter, now: number): Promise<SchedulePage> {
  const ids = await newestIds(redis, filter);
  const page = ids.slice(0, filter.limit);
  const found = await Promise.all(page.map((id) => findSchedule(redis, id, now)));
  const more = ids.length > page.length;
  return {
    schedules: found.filter((schedule) => schedule !== undefined),
    ...(more && { cursor: page.at(-1)! }),
  };
}

async function newestIds(redis: Redis, { owner, cursor, limit }: ScheduleFilter): Promise<string[]> {
  const keys = owner !== undefined ? [ownerSchedulesKey(owner)] : allPartitions.map(partitionSchedulesKey);
  const upper = cursor === undefined ? '+' : `(${cursor}`;
  const pages = await Promise.all(keys.map((key) => redis.zrevrangebylex(key, upper, '-', 'LIMIT', 0, limit + 1)));
  return pages
    .flat()
    .sort()
    .reverse()
    .slice(0, limit + 1);
}
