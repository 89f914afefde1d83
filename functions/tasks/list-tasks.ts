import { app } from '@azure/functions';
import * as z from 'zod';
import { taskStates } from '../../contracts/task-states.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { readQuery, wholeNumber } from '../query.ts';
import { readPrincipal, visibleOwner } from '../sign-in/principal.ts';
import { isTaskId } from './task-id.ts';
import { listTasks } from './task-queries.ts';

const longestPage = 500;
const time = z.iso
  .datetime({ offset: true, error: 'An ISO 8601 time, e.g. 2026-11-21T09:30:00Z.' })
  .transform((text) => Date.parse(text));

const Query = z.object({
  /** One state or several, with commas between. */
  state: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(taskStates, { error: `One or more of ${taskStates.join(', ')}, with commas between.` })))
    .optional(),
  type: z.string().optional(),
  tag: z.string().optional(),
  orderingKey: z.string().optional(),
  schedule: z.string().optional(),
  q: z.string().max(200).optional(),
  from: time.optional(),
  to: time.optional(),
  limit: wholeNumber(1, longestPage).default(50),
  cursor: z.string().refine(isTaskId, 'Take the cursor of the page before, as it is.').optional(),
});

app.http('ListTasks', {
  route: 'api/tasks',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request, context) => {
    const owner = visibleOwner(readPrincipal(request.headers));
    const { state, ...query } = readQuery(request, Query);
    const filter = {
      ...withoutUndefined(query),
      limit: query.limit,
      ...(state && { states: state }),
      ...(owner !== undefined && { owner }),
    };
    return {
      headers: { 'cache-control': 'no-store' },
      jsonBody: await listTasks(getRedis(), filter, (...args) => context.warn(...args)),
    };
  }),
});

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
