import { app } from '@azure/functions';
import * as z from 'zod';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { listSchedules } from './schedule-queries.ts';

const Query = z.object({
  limit: wholeNumber(1, 100).default(100),
  cursor: z.string().refine(isTaskId, 'Take the cursor of the page before, as it is.').optional(),
});

app.http('ListSchedules', {
  route: 'api/schedules',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const { limit, cursor } = readQuery(request, Query);
    const filter = { limit, ...(cursor !== undefined && { cursor }), ...(owner !== undefined && { owner }) };
    return {
      headers: { 'cache-control': 'no-store' },
      jsonBody: await listSchedules(getRedis(), filter, Date.now()),
    };
  }),
});
