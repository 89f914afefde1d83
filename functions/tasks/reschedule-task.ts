import { app, type InvocationContext } from '@azure/functions';
import { RescheduleTask, submitLimits } from '../../contracts/submit.ts';
import { sendMessage } from '../azure/service-bus.ts';
import { AppError, notFound } from '../errors.ts';
import { publish } from '../events/publish.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { toInputErrors } from '../task-types/define-task-type.ts';
import { dispatch } from './dispatch.ts';
import { getTaskStore } from './engine.ts';
import { invalid } from './parse-submission.ts';
import { readJson } from './read-json.ts';
import { isTaskId } from './task-id.ts';
import { type TaskFields, toTask } from './task-record.ts';

app.http('RescheduleTask', {
  route: 'api/tasks/{id}/reschedule',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const id = request.params.id!;
    const scheduledFor = readTime(await readJson(request, 0), Date.now());
    const rescheduled = isTaskId(id) ? await getTaskStore().reschedule(id, owner, scheduledFor) : undefined;
    if (rescheduled === undefined) throw notFound(id);
    const task = toTask(rescheduled.fields);
    if (rescheduled.outcome === 'forbidden-state') {
      throw new AppError(
        'conflict',
        `Task ${id} is ${task.state}; only a scheduled task that has not been queued can be given another time.`,
      );
    }
    if (rescheduled.outcome === 'expires') {
      throw invalid(
        [{ pointer: '/scheduledFor', detail: `The task expires at ${task.expiresAt!}, before it could start.` }],
        hint,
      );
    }
    publish(task.owner, rescheduled.events);
    await send(rescheduled.fields, context);
    return { jsonBody: task };
  }),
});

const hint = 'Send {"scheduledFor": "2026-11-21T09:30:00Z"}, or {"scheduledFor": null} for now.';

/** Milliseconds since 1970. */
function readTime(body: unknown, now: number): number {
  const parsed = RescheduleTask.safeParse(body);
  if (!parsed.success) throw invalid(toInputErrors(parsed.error), hint);
  const at = parsed.data.scheduledFor === null ? now : Date.parse(parsed.data.scheduledFor);
  if (at > now + submitLimits.horizonMs) {
    throw invalid([{ pointer: '/scheduledFor', detail: 'At most a year ahead.' }], hint);
  }
  return Math.max(at, now);
}

/** The record is in the outbox by now: when the broker is away, the sweeper sends the message as soon as it is back. */
async function send(fields: TaskFields, context: InvocationContext): Promise<void> {
  try {
    await dispatch({ store: getTaskStore(), send: sendMessage, publish }, fields, 1, Number(fields.scheduledFor));
  } catch (error) {
    context.warn(`Task ${fields.id!} will be sent on its way by the sweeper:`, error);
  }
}
