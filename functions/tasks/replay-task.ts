import { app } from '@azure/functions';
import { ReplayTask } from '../../contracts/replay.ts';
import type { Refusal } from '../../contracts/dead-letters.ts';
import { getRedis } from '../azure/redis.ts';
import { readRequest } from '../dead-letters/read-request.ts';
import { prepareEdit, type Replaying, type ReplayOrder, sendOff } from '../dead-letters/replay-batch.ts';
import { createPlanDriver } from '../dead-letters/replaying.ts';
import { AppError, notFound } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { getTaskStore } from './engine.ts';
import { toTask } from './task-record.ts';
import type { Replayed } from './changing.ts';
import { findVisibleTask } from './visible-task.ts';

app.http('ReplayTask', {
  route: 'api/tasks/{id}/replay',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const { patch } = await readRequest(request, ReplayTask, {});
    const { id, state } = await findVisibleTask(getRedis(), request.params.id!, principal);
    if (state !== 'dead-lettered') throw notDeadLettered(id, state);
    const replaying: Replaying = {
      ...createPlanDriver((...args) => context.warn(...args)),
      redis: getRedis(),
      store: getTaskStore(),
    };
    const replayed = await replay(replaying, id, { scope: visibleOwner(principal), by: principal.id, patch });
    await sendOff(replaying, replayed);
    return { jsonBody: toTask(replayed.fields) };
  }),
});

async function replay(
  replaying: Replaying,
  id: string,
  order: ReplayOrder,
): Promise<Extract<Replayed, { outcome: 'replayed' | 'forbidden-state' }>> {
  const prepared = await prepareEdit(replaying, id, order);
  if ('outcome' in prepared) throw patchRefused(prepared.refusal);
  const replayed = await replaying.store.replay(id, order.scope, prepared);
  switch (replayed?.outcome) {
    case 'replayed':
      return replayed;
    case 'forbidden-state':
      throw notDeadLettered(id, replayed.fields.state!);
    case 'edited-meanwhile':
      throw new AppError('conflict', `Somebody else edited task ${id} at the same moment. Look at it, then try again.`);
    case undefined:
      throw notFound(id);
  }
}

function notDeadLettered(id: string, state: string): AppError {
  return new AppError('conflict', `Task ${id} is ${state}; only a dead-lettered task can be replayed.`);
}

function patchRefused({ reason, detail }: Refusal): AppError {
  if (reason === 'payload-missing' || reason === 'payload-corrupt') return new AppError(reason, detail);
  return new AppError('invalid-request', 'The patch does not give a payload that the task can run with.', {
    errors: [{ pointer: '/patch', detail }],
  });
}
