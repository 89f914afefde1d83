import { app } from '@azure/functions';
import * as z from 'zod';
import { statsWindows } from '../../contracts/stats.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery } from '../query.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { readStats } from './read-stats.ts';

const Query = z.object({
  window: z.enum(statsWindows, { error: `One of ${statsWindows.join(', ')}.` }).default('1h'),
});

app.http('GetStats', {
  route: 'api/stats',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const { window } = readQuery(request, Query);
    return {
      headers: { 'cache-control': 'no-store' },
      jsonBody: await readStats(getRedis(), window, owner, Date.now()),
    };
  }),
});
