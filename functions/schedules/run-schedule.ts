import { app } from '@azure/functions';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { createSubmitter } from '../tasks/create-submitter.ts';
import { toSubmission } from './parse-schedule.ts';
import { ScheduleStore } from './schedule-store.ts';
import { findVisibleSchedule } from './visible-schedule.ts';

// Beside the runs of its times, paused or not.
app.http('RunSchedule', {
  route: 'api/schedules/{id}/run',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const schedule = await findVisibleSchedule(getRedis(), request.params.id!, readPrincipal(request.headers));
    const submit = createSubmitter(schedule.owner, context, { scheduleId: schedule.id });
    const at = Date.now();
    const idempotencyKey = request.headers.get('idempotency-key') ?? undefined;
    const { task, headers } = await submit(toSubmission(schedule), idempotencyKey);
    await new ScheduleStore(getRedis()).noteRun(schedule.id, { taskId: task.id, at }).catch(() => undefined);
    const location = `/api/tasks/${task.id}`;
    return { status: 202, headers: { location, 'retry-after': '1', ...headers }, jsonBody: task };
  }),
});
