import { app } from '@azure/functions';
import * as z from 'zod';
import { AppError } from '../errors.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { getSettings } from '../settings.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { filterParameters, toTaskFilter } from '../tasks/read-task-filter.ts';
import { isTaskId } from '../tasks/task-id.ts';
import { findHistoryStore } from './get-history-store.ts';
import { listHistory } from './history-queries.ts';

const longestPage = 500;

const Query = z.object({
  ...filterParameters,
  limit: wholeNumber(1, longestPage).default(50),
  cursor: z.string().refine(isTaskId, 'Take the cursor of the page before, as it is.').optional(),
});

app.http('ListHistory', {
  route: 'api/history',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const principal = readPrincipal(request.headers);
    const { state, limit, cursor, ...asked } = readQuery(request, Query);
    const filter = toTaskFilter({ ...asked, states: state }, principal);
    const store = findHistoryStore();
    if (store === undefined || getSettings().History === 'off') throw noHistory();
    const page = await listHistory(store, { ...filter, limit, ...(cursor !== undefined && { cursor }) });
    return { headers: { 'cache-control': 'no-store' }, jsonBody: page };
  }),
});

function noHistory(): AppError {
  const detail =
    'No history is kept here: the setting History is off. GET /api/tasks lists the tasks of the last days.';
  return new AppError('not-found', detail);
}
