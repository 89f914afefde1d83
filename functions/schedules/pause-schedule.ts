import { app } from '@azure/functions';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { createImpatientMaterializing } from './create-materializing.ts';
import { materialize } from './materialize.ts';
import { ScheduleStore } from './schedule-store.ts';
import { findVisibleSchedule, scheduleNotFound } from './visible-schedule.ts';

app.http('PauseSchedule', {
  route: 'api/schedules/{id}/pause',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const id = request.params.id!;
    const store = new ScheduleStore(getRedis());
    const paused = isTaskId(id) ? await store.pause(id, visibleOwner(principal)) : undefined;
    if (paused === undefined) throw scheduleNotFound(id);
    // Cancels the runs that had been submitted ahead.
    await materialize(
      createImpatientMaterializing((...args) => context.log(...args)),
      id,
    );
    return { jsonBody: await findVisibleSchedule(getRedis(), id, principal) };
  }),
});
