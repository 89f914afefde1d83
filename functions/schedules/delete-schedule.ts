import { app } from '@azure/functions';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { createImpatientMaterializing } from './create-materializing.ts';
import { materialize } from './materialize.ts';
import { ScheduleStore } from './schedule-store.ts';
import { scheduleNotFound } from './visible-schedule.ts';

app.http('DeleteSchedule', {
  route: 'api/schedules/{id}',
  methods: ['DELETE'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const id = request.params.id!;
    const deleted = isTaskId(id) && (await new ScheduleStore(getRedis()).delete(id, owner));
    if (!deleted) throw scheduleNotFound(id);
    // Cancels the runs that had been submitted ahead.
    await materialize(
      createImpatientMaterializing((...args) => context.log(...args)),
      id,
    );
    return { status: 204 };
  }),
});
