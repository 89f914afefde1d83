import { app } from '@azure/functions';
import * as z from 'zod';
import { eventResultLimitBytes, type Timeline } from '../../contracts/task-event.ts';
import type { Task } from '../../contracts/task.ts';
import { getRedis } from '../azure/redis.ts';
import { findVisibleInFull, findVisibleOrArchived } from '../history/archived-task.ts';
import { answering, type Answer } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { findReceipts } from '../receipts/receipt-store.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { isFinished } from './task-lifecycle.ts';
import { findEdits, findErrors, findSteps, findTimeline } from './task-queries.ts';

const longestWaitS = 60;
const Query = z.object({
  wait: wholeNumber(0, longestWaitS).default(0),
  resultLimit: wholeNumber(eventResultLimitBytes, 1_000_000_000).default(Infinity),
});

app.http('GetTask', {
  route: 'api/tasks/{id}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const principal = readPrincipal(request.headers);
    const { wait, resultLimit } = readQuery(request, Query);
    const read = () => findVisibleOrArchived(getRedis(), request.params.id!, principal, resultLimit);
    const task = await waitForEnd(read, Date.now() + wait * 1000);
    const receipts = await findReceipts(getRedis(), task.id, principal.id);
    return notCached({ ...task, ...(receipts.length > 0 && { receipts }) } satisfies Task);
  }),
});

app.http('GetTaskTimeline', {
  route: 'api/tasks/{id}/timeline',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const redis = getRedis();
    const principal = readPrincipal(request.headers);
    const { id } = await findVisibleInFull(redis, request.params.id!, principal, 'Its timeline');
    const [events, errors, steps, edits] = await Promise.all([
      findTimeline(redis, id),
      findErrors(redis, id, { withStacks: principal.isOperator }),
      findSteps(redis, id),
      findEdits(redis, id),
    ]);
    const timeline: Timeline = { taskId: id, events, errors, steps, edits };
    return notCached(timeline);
  }),
});

const pollMs = { first: 25, factor: 1.5, longest: 500 };

/** Long-polling: looks again, ever less often, until the task has ended or the time is up. */
async function waitForEnd(read: () => Promise<Task>, until: number): Promise<Task> {
  let task = await read();
  for (
    let pause = pollMs.first;
    !isFinished(task.state) && Date.now() < until;
    pause = Math.min(pause * pollMs.factor, pollMs.longest)
  ) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, until - Date.now())));
    task = await read();
  }
  return task;
}

function notCached(jsonBody: unknown): Answer {
  return { headers: { 'cache-control': 'no-store' }, jsonBody };
}
