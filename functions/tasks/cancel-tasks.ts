import { app } from '@azure/functions';
import { type CancelledTasks, CancelTasks, taskFilterLimits } from '../../contracts/task-filter.ts';
import { taskStates, type TaskState } from '../../contracts/task-states.ts';
import { getRedis } from '../azure/redis.ts';
import { readRequest } from '../dead-letters/read-request.ts';
import { publish } from '../events/publish.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { getTaskStore } from './engine.ts';
import { toTaskFilter } from './read-task-filter.ts';
import { isTaskId } from './task-id.ts';
import { isFinished } from './task-lifecycle.ts';
import { listTasks } from './task-queries.ts';
import type { TaskStore } from './task-store.ts';

const cancellable = taskStates.filter((state) => !isFinished(state));

// One part at a time, so that who asks sees how far it is and can stop: a filter's answer has a cursor while more fit.
app.http('CancelTasks', {
  route: 'api/tasks/cancel',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const { ids, filter = {}, cursor } = await readRequest(request, CancelTasks);
    if (ids !== undefined) return { jsonBody: await cancelAll(getTaskStore(), new Set(ids), visibleOwner(principal)) };
    const states = cancellable.filter((state) => filter.states === undefined || filter.states.includes(state));
    if (states.length === 0) return { jsonBody: nothing };
    const page = await listTasks(
      getRedis(),
      {
        ...toTaskFilter({ ...filter, states }, principal),
        limit: taskFilterLimits.cancelledAtOnce,
        ...(cursor !== undefined && { cursor }),
      },
      (...args) => context.warn(...args),
    );
    const cancelled = await cancelAll(getTaskStore(), page.tasks.map(({ id }) => id), visibleOwner(principal)); // prettier-ignore
    return { jsonBody: { ...cancelled, ...(page.cursor !== undefined && { cursor: page.cursor }) } };
  }),
});

const nothing: CancelledTasks = { cancelled: 0, refused: 0, refusals: [] };

async function cancelAll(store: TaskStore, ids: Iterable<string>, owner: string | undefined): Promise<CancelledTasks> {
  const answers = await Promise.all([...ids].map((id) => cancelOne(store, id, owner)));
  const refusals = answers.filter((refusal) => refusal !== undefined);
  return {
    cancelled: answers.length - refusals.length,
    refused: refusals.length,
    refusals: refusals.slice(0, taskFilterLimits.refusals),
  };
}

/** @returns why the task was left as it is */
async function cancelOne(
  store: TaskStore,
  id: string,
  owner: string | undefined,
): Promise<CancelledTasks['refusals'][number] | undefined> {
  const changed = isTaskId(id) ? await store.cancel(id, owner) : undefined;
  if (changed === undefined) return { id, reason: 'not-found', detail: 'There is no such task.' };
  if (changed.outcome === 'forbidden-state') {
    const state = changed.fields.state as TaskState;
    return { id, reason: 'ended', detail: `It is ${state} already.` };
  }
  publish(changed.fields.owner!, changed.events);
  return undefined;
}
