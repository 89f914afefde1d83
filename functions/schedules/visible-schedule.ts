import type { Redis } from 'ioredis';
import type { Schedule } from '../../contracts/schedule.ts';
import { AppError } from '../errors.ts';
import { type Principal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { findSchedule } from './schedule-queries.ts';

export function scheduleNotFound(id: string): AppError {
  return new AppError(
    'not-found',
    `There is no schedule ${id} among yours. Check the ID, or list your schedules with GET /api/schedules.`,
  );
}

/**
 * A schedule that this principal may see.
 * @throws AppError `not-found`, also for another owner's schedule: that it exists is not told
 */
export async function findVisibleSchedule(redis: Redis, id: string, principal: Principal): Promise<Schedule> {
  const schedule = isTaskId(id) ? await findSchedule(redis, id, Date.now()) : undefined;
  const owner = visibleOwner(principal);
  if (schedule === undefined || (owner !== undefined && schedule.owner !== owner)) throw scheduleNotFound(id);
  return schedule;
}
