import * as z from 'zod';
import type { TaskFilter as AskedFilter } from '../../contracts/task-filter.ts';
import { taskFilterLimits } from '../../contracts/task-filter.ts';
import { taskStates } from '../../contracts/task-states.ts';
import { AppError } from '../errors.ts';
import { type Principal, visibleOwner } from '../sign-in/principal.ts';
import type { TaskFilter } from './task-queries.ts';

const time = z.iso.datetime({ offset: true, error: 'An ISO 8601 time, e.g. 2026-11-21T09:30:00Z.' });
const text = z.string().max(taskFilterLimits.textLength).optional();

/** The query parameters that say which tasks are meant. */
export const filterParameters = {
  /** One state or several, with commas between. */
  state: z
    .string()
    .transform((states) => states.split(','))
    .pipe(z.array(z.enum(taskStates, { error: `One or more of ${taskStates.join(', ')}, with commas between.` })))
    .optional(),
  type: text,
  tag: text,
  orderingKey: text,
  schedule: text,
  owner: text,
  q: text,
  from: time.optional(),
  to: time.optional(),
};

/**
 * What a person may look through, of what they ask for.
 * @throws AppError `forbidden` where somebody who is no operator asks for another owner's tasks
 */
export function toTaskFilter(asked: AskedFilter, principal: Principal): Omit<TaskFilter, 'limit'> {
  const own = visibleOwner(principal);
  if (own !== undefined && asked.owner !== undefined && asked.owner !== own)
    throw new AppError('forbidden', 'Only operators see the tasks of other owners. Leave owner away to see your own.');
  const { from, to, owner = own, ...rest } = asked;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...(owner !== undefined && { owner }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  };
}
