import { app } from '@azure/functions';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { findVisibleSchedule } from './visible-schedule.ts';

app.http('GetSchedule', {
  route: 'api/schedules/{id}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const schedule = await findVisibleSchedule(getRedis(), request.params.id!, readPrincipal(request.headers));
    return { headers: { 'cache-control': 'no-store' }, jsonBody: schedule };
  }),
});
