import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { notFound } from '../errors.ts';
import { type Principal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from './task-id.ts';
import { findTask } from './task-queries.ts';

/**
 * A task that this principal may see.
 * @param largestResult in bytes; by default a result that is stored beside the record is left out
 * @throws AppError `not-found`, also for another owner's task: that it exists is not told
 */
export async function findVisibleTask(
  redis: Redis,
  id: string,
  principal: Principal,
  largestResult = 0,
): Promise<Task> {
  const task = isTaskId(id) ? await findTask(redis, id, largestResult) : undefined;
  const owner = visibleOwner(principal);
  if (task === undefined || (owner !== undefined && task.owner !== owner)) throw notFound(id);
  return task;
}
