import { app } from '@azure/functions';
import * as z from 'zod';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { filterParameters, toTaskFilter } from './read-task-filter.ts';
import { isTaskId } from './task-id.ts';
import { listTasks } from './task-queries.ts';

const longestPage = 500;

const Query = z.object({
  ...filterParameters,
  limit: wholeNumber(1, longestPage).default(50),
  cursor: z.string().refine(isTaskId, 'Take the cursor of the page before, as it is.').optional(),
});

app.http('ListTasks', {
  route: 'api/tasks',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const principal = readPrincipal(request.headers);
    const { state, limit, cursor, ...asked } = readQuery(request, Query);
    const filter = toTaskFilter({ ...asked, states: state }, principal);
    return {
      headers: { 'cache-control': 'no-store' },
      jsonBody: await listTasks(getRedis(), { ...filter, limit, ...(cursor !== undefined && { cursor }) }, (...args) =>
        context.warn(...args),
      ),
    };
  }),
});
