import { app, type InvocationContext } from '@azure/functions';
import { sendMessage } from '../azure/service-bus.ts';
import { AppError, notFound } from '../errors.ts';
import { publish } from '../events/publish.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { dispatch } from './dispatch.ts';
import { getTaskStore } from './engine.ts';
import { isTaskId } from './task-id.ts';
import { type TaskFields, toTask } from './task-record.ts';

app.http('ReplayTask', {
  route: 'api/tasks/{id}/replay',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const id = request.params.id!;
    const replayed = isTaskId(id) ? await getTaskStore().replay(id, owner) : undefined;
    if (replayed === undefined) throw notFound(id);
    const task = toTask(replayed.fields);
    if (replayed.outcome === 'forbidden-state') {
      throw new AppError('conflict', `Task ${id} is ${task.state}; only a dead-lettered task can be replayed.`);
    }
    publish(task.owner, replayed.events);
    if (replayed.fields.parked === undefined) await sendOff(replayed.fields, context);
    return { jsonBody: task };
  }),
});

/** The record is in the outbox by now: when the broker is away, the sweeper sends the message as soon as it is back. */
async function sendOff(fields: TaskFields, context: InvocationContext): Promise<void> {
  try {
    await dispatch({ store: getTaskStore(), send: sendMessage, publish }, fields, Number(fields.attempt) + 1);
  } catch (error) {
    context.warn(`Task ${fields.id!} will be sent on its way by the sweeper:`, error);
  }
}
