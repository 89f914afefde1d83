import type { Redis } from 'ioredis';
import { deadLetterLimits, type DeadLetterPage } from '../../contracts/dead-letters.ts';
import type { Task } from '../../contracts/task.ts';
import { taskKey } from '../tasks/task-keys.ts';
import { toTask } from '../tasks/task-record.ts';
import { DeadLetterGroups } from './dead-letter-groups.ts';
import { type DeadLetter, type DeadLetterQuery, findDeadLetters } from './find-dead-letters.ts';

interface PageOptions {
  readonly limit: number;
  /** ID of the last task of the page before. */
  readonly cursor?: string;
  /** How many dead letters are looked at. */
  readonly lookAtMost?: number;
}

/** The groups of all that fits, and one page of tasks, newest first. Results too large for the record are left out. */
export async function listDeadLetters(
  redis: Redis,
  query: DeadLetterQuery,
  { limit, cursor, lookAtMost = deadLetterLimits.grouped }: PageOptions,
): Promise<DeadLetterPage> {
  const all = await findDeadLetters(redis, query, { lookAtMost });
  const groups = new DeadLetterGroups();
  for (const letter of all.letters) groups.add(letter);
  const page =
    cursor === undefined ? all : await findDeadLetters(redis, query, { before: cursor, lookAtMost, enough: limit + 1 });
  const next = page.letters.length > limit ? page.letters[limit - 1]!.id : page.cutAt;
  return {
    groups: groups.list(),
    tasks: await readTasks(redis, page.letters.slice(0, limit)),
    ...(next !== undefined && { cursor: next }),
    total: all.letters.length,
    ...(all.cutAt !== undefined && { truncated: true }),
  };
}

async function readTasks(redis: Redis, letters: readonly DeadLetter[]): Promise<Task[]> {
  const records = await Promise.all(letters.map(({ id }) => redis.hgetall(taskKey(id))));
  // Replayed or discarded since the search: it is no dead letter any more.
  const still = records.filter(({ state, discarded }) => state === 'dead-lettered' && discarded === undefined);
  return still.map((fields) => toTask(fields));
}
