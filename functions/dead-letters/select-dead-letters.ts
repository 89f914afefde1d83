import type { Redis } from 'ioredis';
import { type DeadLetterFilter, deadLetterLimits, type Refusal } from '../../contracts/dead-letters.ts';
import type { TaskState } from '../../contracts/task-states.ts';
import { orNothing } from '../tasks/readable-records.ts';
import { taskKey } from '../tasks/task-keys.ts';
import {
  type DeadLetter,
  type DeadLetterQuery,
  fieldsRead,
  findDeadLetters,
  toDeadLetter,
} from './find-dead-letters.ts';

/** The dead letters that a request is about. */
export interface Selection {
  /** Oldest first, each once. */
  readonly letters: readonly DeadLetter[];
  /** Tasks that were named and are no dead letters of theirs. */
  readonly refusals: readonly Refusal[];
  /** The filter fits more than one request takes. */
  readonly truncated: boolean;
}

interface Selecting {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: DeadLetterFilter | undefined;
}

/** @param owner who asks; undefined for an operator, who may select everybody's */
export async function selectDeadLetters(
  redis: Redis,
  { ids, filter = {} }: Selecting,
  owner: string | undefined,
  lookAtMost: number = deadLetterLimits.selected,
): Promise<Selection> {
  if (ids !== undefined) return selectNamed(redis, [...new Set(ids)].sort(), owner);
  const { letters, cutAt } = await findDeadLetters(redis, toQuery(filter, owner), { lookAtMost });
  return { letters: letters.reverse(), refusals: [], truncated: cutAt !== undefined };
}

export function toQuery({ from, to, ...filter }: DeadLetterFilter, owner: string | undefined): DeadLetterQuery {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as { [Field in keyof typeof filter]: string }),
    ...(owner !== undefined && { owner }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  };
}

/** Who names a discarded task means it: it can be replayed until it is forgotten. */
async function selectNamed(redis: Redis, ids: readonly string[], owner: string | undefined): Promise<Selection> {
  const reading = ids.map((id) => orNothing(id, redis.hmget(taskKey(id), 'owner', ...fieldsRead), console.warn));
  const records = await Promise.all(reading);
  const letters: DeadLetter[] = [];
  const refusals: Refusal[] = [];
  for (const [i, [taskOwner = null, ...values] = []] of records.entries()) {
    const id = ids[i]!;
    const letter = toDeadLetter(id, values);
    const theirs = taskOwner !== null && (owner === undefined || taskOwner === owner);
    if (!theirs) refusals.push(notFoundRefusal(id));
    else if (letter === undefined) refusals.push(notDeadLetteredRefusal(id, values[0] as TaskState));
    else letters.push(letter);
  }
  return { letters, refusals, truncated: false };
}

export function notFoundRefusal(id: string): Refusal {
  return { id, reason: 'not-found', detail: `There is no task ${id} among yours.` };
}

/** Somebody has decided about it after it was matched. */
export function discardedRefusal(id: string): Refusal {
  const detail = 'The task has been discarded meanwhile; it can still be replayed by its ID.';
  return { id, reason: 'not-dead-lettered', detail };
}

export function notDeadLetteredRefusal(id: string, state: string): Refusal {
  return { id, reason: 'not-dead-lettered', detail: `The task is ${state}; only a dead-lettered one is meant here.` };
}
