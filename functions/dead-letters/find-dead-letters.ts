import type { Redis } from 'ioredis';
import type { TaskError } from '../../contracts/task.ts';
import { orNothing } from '../tasks/readable-records.ts';
import { taskKey } from '../tasks/task-keys.ts';
import type { TaskDetails } from '../tasks/task-record.ts';
import { groupOf } from './dead-letter-groups.ts';
import { newestDeadLetters } from './dead-letter-index.ts';

/** What is looked for; a field that is missing fits all. */
export interface DeadLetterQuery {
  /** Undefined for all owners. */
  readonly owner?: string;
  readonly type?: string;
  readonly code?: string;
  readonly group?: string;
  readonly q?: string;
  /** Milliseconds since 1970: dead-lettered at or after `from` and before `to`. */
  readonly from?: number;
  readonly to?: number;
}

/** The little of a task that lists, groups and plans need. */
export interface DeadLetter {
  readonly id: string;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  /** When it was dead-lettered, in milliseconds since 1970. */
  readonly at: number;
}

/** What one search found. */
export interface Found {
  /** Newest first. */
  readonly letters: DeadLetter[];
  /** Where the search ended before its time: the last task it looked at. */
  readonly cutAt?: string;
}

/**
 * Dead letters that fit, newest first.
 * @param before only tasks older than this one
 * @param lookAtMost how many dead letters are looked at, whether they fit or not
 * @param enough the search may end when so many are found
 */
export async function findDeadLetters(
  redis: Redis,
  query: DeadLetterQuery,
  { before, lookAtMost, enough = Infinity }: { before?: string; lookAtMost: number; enough?: number },
): Promise<Found> {
  const matches = matcher(query);
  const read = query.q === undefined ? fieldsRead : [...fieldsRead, 'details'];
  const letters: DeadLetter[] = [];
  let looked = 0;
  let last = before;
  for await (const page of newestDeadLetters(redis, query.owner, before)) {
    if (looked === lookAtMost) return { letters, ...(last !== undefined && { cutAt: last }) };
    const ids = page.slice(0, lookAtMost - looked);
    const reading = ids.map((id) => orNothing(id, redis.hmget(taskKey(id), ...read), console.warn));
    for (const [i, values = []] of (await Promise.all(reading)).entries()) {
      const letter = toDeadLetter(ids[i]!, values);
      if (letter !== undefined && !isDiscarded(values) && matches(letter, values)) letters.push(letter);
    }
    looked += ids.length;
    last = ids.at(-1);
    if (ids.length < page.length || letters.length >= enough) return { letters, cutAt: last! };
  }
  return { letters };
}

/** Fields of a record that `toDeadLetter` takes, in its order. */
export const fieldsRead = ['state', 'type', 'error', 'finishedAt', 'discarded'] as const;
type Values = readonly (string | null)[];

/** @returns undefined for what is no dead letter (any more: the record may have moved on since the index was read) */
export function toDeadLetter(id: string, [state, type, error, finishedAt]: Values): DeadLetter | undefined {
  if (state !== 'dead-lettered') return undefined;
  const { code, message } = readOr<TaskError>(error, { code: 'unknown', message: '' });
  return { id, type: type!, code, message, at: Number(finishedAt) };
}

/** A damaged record is a dead letter all the same, which can be found and discarded. */
function readOr<T>(json: string | null | undefined, otherwise: T): T {
  try {
    return json === null || json === undefined ? otherwise : (JSON.parse(json) as T);
  } catch {
    return otherwise;
  }
}

function isDiscarded(values: Values): boolean {
  return values[4] !== null;
}

function matcher({ type, code, group, q, from, to }: DeadLetterQuery): (letter: DeadLetter, values: Values) => boolean {
  const text = q?.toLowerCase();
  return (letter, values) =>
    (type === undefined || letter.type === type) &&
    (code === undefined || letter.code === code) &&
    (from === undefined || letter.at >= from) &&
    (to === undefined || letter.at < to) &&
    (text === undefined || searchText(letter, values[5]!).includes(text)) &&
    (group === undefined || groupOf(letter) === group);
}

function searchText({ id, type, code, message }: DeadLetter, details: string): string {
  const { tags } = readOr<Pick<TaskDetails, 'tags'>>(details, { tags: [] });
  return [id, type, code, message, ...tags].join('\n').toLowerCase();
}
