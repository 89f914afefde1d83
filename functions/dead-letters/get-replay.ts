import { app } from '@azure/functions';
import * as z from 'zod';
import type { ReplayPage } from '../../contracts/replay.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { PlanStore } from './plan-store.ts';
import { planNotFound } from './plan-not-found.ts';

const longestPage = 200;
const Query = z.object({
  limit: wholeNumber(1, longestPage).default(50),
  cursor: z.string().refine(isTaskId, 'Take the cursor of the page before, as it is.').optional(),
});

const headers = { 'cache-control': 'no-store' };

app.http('GetReplay', {
  route: 'api/replays/{id}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const id = request.params.id!;
    const plan = isTaskId(id) ? await new PlanStore(getRedis()).find(id) : undefined;
    if (plan === undefined || (owner !== undefined && plan.owner !== owner)) throw planNotFound(id);
    return { headers, jsonBody: plan };
  }),
});

app.http('ListReplays', {
  route: 'api/replays',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const { limit, cursor } = readQuery(request, Query);
    const { plans, more } = await new PlanStore(getRedis()).list(owner, limit, cursor);
    const page: ReplayPage = { replays: plans, ...(more && { cursor: plans.at(-1)!.id }) };
    return { headers, jsonBody: page };
  }),
});
