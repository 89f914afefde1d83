import { app } from '@azure/functions';
import { AppError, notFound } from '../errors.ts';
import { publish } from '../events/publish.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { getTaskStore } from './engine.ts';
import { isTaskId } from './task-id.ts';
import { toTask } from './task-record.ts';

app.http('CancelTask', {
  route: 'api/tasks/{id}/cancel',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const id = request.params.id!;
    const cancelled = isTaskId(id) ? await getTaskStore().cancel(id, owner) : undefined;
    if (cancelled === undefined) throw notFound(id);
    const task = toTask(cancelled.fields);
    if (cancelled.outcome === 'forbidden-state') {
      throw new AppError('conflict', `Task ${id} is ${task.state} already, so it can no longer be cancelled.`);
    }
    publish(task.owner, cancelled.events);
    return { jsonBody: task };
  }),
});
