import { app } from '@azure/functions';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import { type TaskCounts, taskFilterLimits } from '../../contracts/task-filter.ts';
import { taskStates, type TaskState } from '../../contracts/task-states.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery } from '../query.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { countStates } from './count-states.ts';
import { filterParameters, toTaskFilter } from './read-task-filter.ts';
import { listTasks, scanLimit, type TaskFilter } from './task-queries.ts';

const Query = z.object(filterParameters);
const pageSize = 500;

app.http('CountTasks', {
  route: 'api/task-counts',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const { state: states, ...asked } = readQuery(request, Query);
    const filter = toTaskFilter({ ...asked, states }, principal);
    return {
      headers: { 'cache-control': 'no-store' },
      jsonBody: await countTasks(getRedis(), filter, (...args) => context.warn(...args)),
    };
  }),
});

type Warn = (...args: unknown[]) => void;

/** From the indexes where they say enough; else by looking at the tasks, newest first. */
async function countTasks(redis: Redis, filter: Omit<TaskFilter, 'limit'>, warn: Warn): Promise<TaskCounts> {
  const { owner, states, ...rest } = filter;
  if (Object.keys(rest).length > 0) return countByLooking(redis, filter, warn);
  const all = await countStates(redis, owner);
  const isMeant = (state: TaskState) => states === undefined || states.includes(state);
  return { states: tally((state) => (isMeant(state) ? all[state] : 0)) };
}

async function countByLooking(redis: Redis, filter: Omit<TaskFilter, 'limit'>, warn: Warn): Promise<TaskCounts> {
  const counts = new Map<TaskState, number>();
  let cursor: string | undefined;
  let looked = 0;
  do {
    const page = await listTasks(redis, { ...filter, limit: pageSize, ...(cursor !== undefined && { cursor }) }, warn);
    for (const { state } of page.tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
    // A page that is not full has looked at more tasks than it gives.
    looked += page.tasks.length === pageSize ? pageSize : scanLimit;
    cursor = page.cursor;
  } while (cursor !== undefined && looked < taskFilterLimits.counted);
  return {
    states: tally((state) => counts.get(state) ?? 0),
    ...(cursor !== undefined && { truncated: true as const }),
  };
}

function tally(count: (state: TaskState) => number): Record<TaskState, number> {
  return Object.fromEntries(taskStates.map((state) => [state, count(state)])) as Record<TaskState, number>;
}
