import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { AppError } from '../errors.ts';
import { getSettings } from '../settings.ts';
import { type Principal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId, timeOfTaskId } from '../tasks/task-id.ts';
import { findVisibleTask } from '../tasks/visible-task.ts';
import { findHistoryStore } from './get-history-store.ts';
import { endOfMonth, monthOfTask } from './history-rows.ts';

/**
 * A task that this principal may see, from history where Redis has forgotten it.
 * @throws AppError `not-found`, also for another owner's task
 */
export async function findVisibleOrArchived(
  redis: Redis,
  id: string,
  principal: Principal,
  largestResult?: number,
): Promise<Task> {
  return findVisibleTask(redis, id, principal, largestResult).catch(async (error: unknown) => {
    const archived = isNotFound(error) ? await findArchived(id, principal) : undefined;
    if (archived === undefined) throw error;
    return { ...archived, archived: true };
  });
}

/**
 * A task that Redis still has, as what is asked for is kept nowhere else.
 * @param what such as `Its timeline`
 * @throws AppError `not-found` or, with another `code`, for a task that is in history only
 */
export async function findVisibleInFull(
  redis: Redis,
  id: string,
  principal: Principal,
  what: string,
  code: 'not-found' | 'payload-missing' = 'not-found',
): Promise<Task> {
  return findVisibleTask(redis, id, principal).catch(async (error: unknown) => {
    const archived = isNotFound(error) ? await findArchived(id, principal) : undefined;
    if (archived === undefined) throw error;
    throw new AppError(code, `Task ${id} ended long ago, and only history still has it. ${what} is no longer kept: see GET /api/tasks/${id} for what is.`); // prettier-ignore
  });
}

const isNotFound = (error: unknown) => error instanceof AppError && error.code === 'not-found';

async function findArchived(id: string, principal: Principal): Promise<Task | undefined> {
  const store = canBeKept(id) && getSettings().History === 'on' ? findHistoryStore() : undefined;
  const task = await store?.find(id);
  const owner = visibleOwner(principal);
  return owner === undefined || task?.owner === owner ? task : undefined;
}

const dayMs = 24 * 60 * 60 * 1000;

/** IDs tell when they were made: whatever times somebody makes up, no more tables are asked for than there are months in history. */
function canBeKept(id: string): boolean {
  if (!isTaskId(id) || timeOfTaskId(id) > Date.now() + dayMs) return false;
  return endOfMonth(monthOfTask(id)) > Date.now() - getSettings().HistoryRetentionDays * dayMs;
}
