import { app } from '@azure/functions';
import * as z from 'zod';
import type { EventPage } from '../../contracts/task-event.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isCursor } from './event-record.ts';
import { latestCursor, readAllEvents, readOwnerEvents } from './event-store.ts';

const longestPage = 1_000;

const Query = z.object({
  after: z
    .string()
    .default('0')
    .transform((text) => (text === '0' ? '0-0' : text))
    .refine((text) => text === 'latest' || isCursor(text), '0, latest, or the cursor of an event.'),
  limit: wholeNumber(1, longestPage).default(500),
});

app.http('ListEvents', {
  route: 'api/events',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    return { headers: { 'cache-control': 'no-store' }, jsonBody: await readEvents(owner, readQuery(request, Query)) };
  }),
});

async function readEvents(owner: string | undefined, { after, limit }: z.output<typeof Query>): Promise<EventPage> {
  const redis = getRedis();
  if (after === 'latest') return { events: [], cursor: await latestCursor(redis, owner) };
  return owner === undefined ? readAllEvents(redis, after, limit) : readOwnerEvents(redis, owner, after, limit);
}
