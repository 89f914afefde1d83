import { app } from '@azure/functions';
import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { getRedis } from '../azure/redis.ts';
import { AppError } from '../errors.ts';
import { findVisibleOrArchived } from '../history/archived-task.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { findLargeResult } from './task-queries.ts';

app.http('GetTaskResult', {
  route: 'api/tasks/{id}/result',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const redis = getRedis();
    const task = await findVisibleOrArchived(redis, request.params.id!, readPrincipal(request.headers));
    const json = await readResult(redis, task);
    if (json === undefined && task.archived && task.resultBytes !== undefined) throw tooLargeForHistory(task.id);
    if (json === undefined) {
      throw new AppError(
        'not-found',
        `Task ${task.id} has no result: it is ${task.state}. Only a completed task has one.`,
      );
    }
    return { headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body: new Uint8Array(json) };
  }),
});

function tooLargeForHistory(id: string): AppError {
  const detail = `Task ${id} ended long ago, and its result was too large for history. Submit the task again to have it.`;
  return new AppError('not-found', detail);
}

/** As it is stored: of ten megabytes nobody here wants to know what is in them. */
async function readResult(redis: Redis, { id, result, resultBytes }: Task): Promise<Buffer | undefined> {
  if (resultBytes !== undefined) return findLargeResult(redis, id);
  return result === undefined ? undefined : Buffer.from(JSON.stringify(result));
}
