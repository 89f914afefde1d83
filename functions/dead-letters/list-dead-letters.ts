import { app } from '@azure/functions';
import * as z from 'zod';
import { DeadLetterFilter } from '../../contracts/dead-letters.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { listDeadLetters } from './dead-letter-page.ts';
import { toQuery } from './select-dead-letters.ts';

const longestPage = 500;
const Query = z.object({
  ...DeadLetterFilter.shape,
  limit: wholeNumber(1, longestPage).default(50),
  cursor: z.string().refine(isTaskId, 'Take the cursor of the page before, as it is.').optional(),
});

app.http('ListDeadLetters', {
  route: 'api/dead-letters',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const { limit, cursor, ...filter } = readQuery(request, Query);
    const page = await listDeadLetters(getRedis(), toQuery(filter, owner), {
      limit,
      now: Date.now(),
      ...(cursor !== undefined && { cursor }),
    });
    return { headers: { 'cache-control': 'no-store' }, jsonBody: page };
  }),
});
