import { app } from '@azure/functions';
import * as z from 'zod';
import { getRedis } from '../azure/redis.ts';
import { findVisibleInFull } from '../history/archived-task.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { findLogs } from './log-store.ts';

const Query = z.object({ after: wholeNumber(0, 1_000_000_000).default(0) });

app.http('GetTaskLogs', {
  route: 'api/tasks/{id}/logs',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const redis = getRedis();
    const { after } = readQuery(request, Query);
    const { id } = await findVisibleInFull(redis, request.params.id!, readPrincipal(request.headers), 'What it logged');
    return { headers: { 'cache-control': 'no-store' }, jsonBody: await findLogs(redis, id, after) };
  }),
});
