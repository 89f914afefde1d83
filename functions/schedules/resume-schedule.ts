import { app } from '@azure/functions';
import { getRedis } from '../azure/redis.ts';
import { AppError } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { createImpatientMaterializing } from './create-materializing.ts';
import { parseCron } from './cron.ts';
import { materialize } from './materialize.ts';
import { ScheduleStore } from './schedule-store.ts';
import { findVisibleSchedule, scheduleNotFound } from './visible-schedule.ts';

app.http('ResumeSchedule', {
  route: 'api/schedules/{id}/resume',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const { id, cron, timeZone } = await findVisibleSchedule(getRedis(), request.params.id!, principal);
    const parsed = parseCron(cron, timeZone);
    if ('error' in parsed) throw new AppError('conflict', `It cannot run: ${parsed.error.detail} Edit it first.`);
    const now = Date.now();
    const from = { firstRunAt: parsed.occurrences.after(now)!, now };
    const resumed = await new ScheduleStore(getRedis()).resume(id, visibleOwner(principal), from);
    if (resumed === undefined) throw scheduleNotFound(id);
    await materialize(
      createImpatientMaterializing((...args) => context.log(...args)),
      id,
    );
    return { jsonBody: await findVisibleSchedule(getRedis(), id, principal) };
  }),
});
