import { app } from '@azure/functions';
import * as z from 'zod';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { findVisibleTask } from '../tasks/visible-task.ts';
import { findLogs } from './log-store.ts';

const Query = z.object({ after: wholeNumber(0, 1_000_000_000).default(0) });

app.http('GetTaskLogs', {
  route: 'api/tasks/{id}/logs',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const redis = getRedis();
    const { after } = readQuery(request, Query);
    const { id } = await findVisibleTask(redis, request.params.id!, readPrincipal(request.headers));
    return { headers: { 'cache-control': 'no-store' }, jsonBody: await findLogs(redis, id, after) };
  }),
});
