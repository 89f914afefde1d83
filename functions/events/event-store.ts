import type { Redis } from 'ioredis';
import type { EventPage, TaskEvent } from '../../contracts/task-event.ts';
import { allPartitions } from '../tasks/task-id.ts';
import { feedKey, ownerEventsKey } from '../tasks/task-keys.ts';
import { compareCursors, timeOf, toEvent } from './event-record.ts';

type Entry = [cursor: string, fields: string[]];

/** Events of one owner after a cursor, oldest first. */
export async function readOwnerEvents(redis: Redis, owner: string, after: string, limit: number): Promise<EventPage> {
  const key = ownerEventsKey(owner);
  const [entries, oldest] = await Promise.all([
    redis.xrange(key, `(${after}`, '+', 'COUNT', limit),
    redis.xrange(key, '-', '+', 'COUNT', 1),
  ]);
  const events = entries.map(eventOf);
  const before = oldest[0] && eventOf(oldest[0]).previous;
  const gap = after !== '0-0' && before !== undefined && compareCursors(after, before) < 0;
  return { events, cursor: events.at(-1)?.cursor ?? after, ...(gap && { gap }) };
}

/**
 * Events of all owners after a cursor, oldest first: the partitions' feeds, merged. The millisecond that is still going
 * on is left out, as another partition could yet add an earlier event to it.
 */
export async function readAllEvents(redis: Redis, after: string, limit: number): Promise<EventPage> {
  const [seconds, micros] = await redis.time();
  const end = `(${Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)}-0`;
  const [feeds, oldest] = await Promise.all([
    Promise.all(allPartitions.map((p) => redis.xrange(feedKey(p), `(${after}`, end, 'COUNT', limit))),
    Promise.all(allPartitions.map((p) => redis.xrange(feedKey(p), '-', '+', 'COUNT', 1))),
  ]);
  const events = feeds
    .flat()
    .map(eventOf)
    .sort((a, b) => compareCursors(a.cursor, b.cursor))
    .slice(0, limit);
  const gap = after !== '0-0' && oldest.some(([first]) => first && compareCursors(after, lostBefore(first)) < 0);
  return { events, cursor: events.at(-1)?.cursor ?? after, ...(gap && { gap }) };
}

/** Where the events end now: of one owner, or of all. */
export async function latestCursor(redis: Redis, owner?: string): Promise<string> {
  const keys = owner === undefined ? allPartitions.map(feedKey) : [ownerEventsKey(owner)];
  const newest = await Promise.all(keys.map((key) => redis.xrevrange(key, '+', '-', 'COUNT', 1)));
  const cursors = newest.flatMap(([entry]) => (entry ? [entry[0]] : []));
  if (owner !== undefined || cursors.length === 0) return cursors[0] ?? '0-0';
  // See readAllEvents: the newest event of all may still be overtaken within its millisecond.
  const last = cursors.reduce((a, b) => (compareCursors(a, b) > 0 ? a : b));
  return `${timeOf(last) - 1}-999999999`;
}

/** The cursor of the feed's entry before this one: what is older than that is no longer kept. */
function lostBefore([, fields]: Entry): string {
  return fields[fields.indexOf('previous') + 1] ?? '0-0';
}

function eventOf([, fields]: Entry): TaskEvent {
  return toEvent(fields[fields.indexOf('event') + 1]!);
}
