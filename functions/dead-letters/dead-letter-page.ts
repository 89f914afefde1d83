import type { Redis } from 'ioredis';
import { deadLetterLimits, type DeadLetterPage } from '../../contracts/dead-letters.ts';
import type { Task } from '../../contracts/task.ts';
import { readable, readRecords } from '../tasks/readable-records.ts';
import { DeadLetterGroups, type Span } from './dead-letter-groups.ts';
import { type DeadLetter, type DeadLetterQuery, findDeadLetters } from './find-dead-letters.ts';

/** Of all that has just happened, a trend still shows when. */
const shortestTrendMs = 60_000;

interface PageOptions {
  readonly limit: number;
  /** ID of the last task of the page before. */
  readonly cursor?: string;
  /** How many dead letters are looked at. */
  readonly lookAtMost?: number;
  /** Milliseconds since 1970: where trends end. Without it, groups tell none. */
  readonly now?: number;
}

/** The groups of all that fits, and one page of tasks, newest first. Results too large for the record are left out. */
export async function listDeadLetters(
  redis: Redis,
  query: DeadLetterQuery,
  { limit, cursor, lookAtMost = deadLetterLimits.grouped, now }: PageOptions,
): Promise<DeadLetterPage> {
  const all = await findDeadLetters(redis, query, { lookAtMost });
  const groups = new DeadLetterGroups();
  for (const letter of all.letters) groups.add(letter);
  const page =
    cursor === undefined ? all : await findDeadLetters(redis, query, { before: cursor, lookAtMost, enough: limit + 1 });
  const next = page.letters.length > limit ? page.letters[limit - 1]!.id : page.cutAt;
  const span = now === undefined ? undefined : trendSpan(query, all.letters, now);
  return {
    groups: groups.list(span),
    tasks: await readTasks(redis, page.letters.slice(0, limit)),
    ...(next !== undefined && { cursor: next }),
    total: all.letters.length,
    ...(span && { trend: { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() } }),
    ...(all.cutAt !== undefined && { truncated: true }),
  };
}

function trendSpan({ from, to }: DeadLetterQuery, letters: readonly DeadLetter[], now: number): Span {
  const end = to ?? now;
  const oldest = letters.reduce((first, { at }) => Math.min(first, at), end);
  return { from: Math.min(from ?? oldest, end - shortestTrendMs), to: end };
}

async function readTasks(redis: Redis, letters: readonly DeadLetter[]): Promise<Task[]> {
  const ids = letters.map(({ id }) => id);
  const records = await readRecords(redis, ids, console.warn);
  // Replayed or discarded since the search: it is no dead letter any more.
  const still = records.filter(({ state, discarded }) => state === 'dead-lettered' && discarded === undefined);
  return still.map((fields) => readable(fields, console.warn)).filter((task) => task !== undefined);
}
