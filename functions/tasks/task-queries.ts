import type { Redis } from 'ioredis';
import type { TaskState } from '../../contracts/task-states.ts';
import type { EditNote, Task, TaskError, TaskPage } from '../../contracts/task.ts';
import { type AttemptError, type Step, stepShownBytes, type TaskEvent } from '../../contracts/task-event.ts';
import { toEvent } from '../events/event-record.ts';
import { taskTypes } from '../task-types/registry.ts';
import { firstTaskIdAt } from './task-id.ts';
import { editsKey, errorsKey, resultKey, stepsKey, taskKey, timelineKey } from './task-keys.ts';
import { stateIndexes } from './count-states.ts';
import { readable, readRecords, type Warn } from './readable-records.ts';
import { toTask } from './task-record.ts';

export interface TaskFilter {
  /** Undefined for all owners. */
  readonly owner?: string;
  readonly states?: readonly TaskState[];
  readonly type?: string;
  readonly tag?: string;
  readonly orderingKey?: string;
  /** ID of the schedule that they are runs of. */
  readonly schedule?: string;
  /** Words, each of which stands somewhere in ID, type, title, what it is about, tags, keys, error, progress, owner or a small result. */
  readonly q?: string;
  /** Milliseconds since 1970: tasks created at or after `from` and before `to`. */
  readonly from?: number;
  readonly to?: number;
  /** ID of the last task of the page before. */
  readonly cursor?: string;
  readonly limit: number;
}

/** How many tasks one request looks at when a filter has no index: then it answers a short page with a cursor. */
export const scanLimit = 2_000;

/** @param largestResult in bytes: a larger result that is stored beside the record is left out, and its size told */
export async function findTask(redis: Redis, id: string, largestResult = Infinity): Promise<Task | undefined> {
  const fields = await redis.hgetall(taskKey(id));
  if (fields.id === undefined) return undefined;
  const { resultBytes } = fields;
  const isFetched = resultBytes !== undefined && Number(resultBytes) <= largestResult;
  return toTask(fields, isFetched ? await redis.get(resultKey(id)) : undefined);
}

/** JSON of a result that is stored beside the record. */
export async function findLargeResult(redis: Redis, id: string): Promise<Buffer | undefined> {
  return (await redis.getBuffer(resultKey(id))) ?? undefined;
}

/** What the last attempts failed with, oldest first. */
export async function findErrors(
  redis: Redis,
  id: string,
  { withStacks }: { withStacks: boolean },
): Promise<AttemptError[]> {
  const entries = await redis.lrange(errorsKey(id), 0, -1);
  return entries.map((entry) => {
    const { attempt, at, error, stack } = JSON.parse(entry) as KeptError;
    const shown = withStacks && stack !== undefined ? { stack } : {};
    return { attempt, at: new Date(at).toISOString(), ...error, ...shown };
  });
}

/** As `keepError` in shared/events.lua writes it. */
interface KeptError {
  readonly attempt: number;
  readonly at: number;
  readonly error: TaskError;
  readonly stack?: string;
}

/** What the handler's steps gave. */
export async function findSteps(redis: Redis, id: string): Promise<Step[]> {
  return Object.entries(await redis.hgetall(stepsKey(id))).map(([name, json]) => {
    const bytes = Buffer.byteLength(json);
    return { name, bytes, ...(bytes <= stepShownBytes && { value: JSON.parse(json) as unknown }) };
  });
}

/** Of the payload, oldest first. */
export async function findEdits(redis: Redis, id: string): Promise<EditNote[]> {
  return (await redis.lrange(editsKey(id), 0, -1)).map((note) => JSON.parse(note) as EditNote);
}

export async function findTimeline(redis: Redis, id: string): Promise<TaskEvent[]> {
  return (await redis.lrange(timelineKey(id), 0, -1)).map(toEvent);
}

/**
 * Newest first. Results that are too large to travel in events are left out; so is a record that cannot be read, which is
 * told to `warn` instead.
 */
export async function listTasks(redis: Redis, filter: TaskFilter, warn: Warn = console.warn): Promise<TaskPage> {
  const matches = matcher(filter);
  const tasks: Task[] = [];
  let cursor = filter.cursor;
  for (let looked = 0; looked < scanLimit;) {
    const wanted = Math.min(Math.max(filter.limit - tasks.length + 1, 50), 500);
    const ids = await newestIds(redis, filter, cursor, wanted);
    for (const fields of await readRecords(redis, ids, warn)) {
      const task = readable(fields, warn);
      if (task === undefined || !matches(task)) continue;
      if (tasks.length === filter.limit) return { tasks, cursor: tasks.at(-1)!.id };
      tasks.push(task);
    }
    if (ids.length < wanted) return { tasks };
    cursor = ids.at(-1);
    looked += ids.length;
  }
  return { tasks, ...(cursor !== undefined && { cursor }) };
}

async function newestIds(
  redis: Redis,
  filter: TaskFilter,
  cursor: string | undefined,
  count: number,
): Promise<string[]> {
  const upper = cursor !== undefined ? `(${cursor}` : filter.to !== undefined ? `(${firstTaskIdAt(filter.to)}` : '+';
  const lower = filter.from !== undefined ? `[${firstTaskIdAt(filter.from)}` : '-';
  const pages = await Promise.all(
    indexKeys(filter).map((key) => redis.zrevrangebylex(key, upper, lower, 'LIMIT', 0, count)),
  );
  if (pages.length === 1) return pages[0]!;
  return pages.flat().sort().reverse().slice(0, count);
}

function indexKeys({ owner, states }: TaskFilter): string[] {
  const indexes = states === undefined || states.length === 0 ? (['any'] as const) : [...new Set(states)];
  return indexes.flatMap((state) => stateIndexes(owner, state));
}

export function matcher({ states, type, tag, orderingKey, schedule, q }: TaskFilter): (task: Task) => boolean {
  const words =
    q
      ?.toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '') ?? [];
  return (task) =>
    // The record may have moved on since the index was read.
    (states === undefined || states.length === 0 || states.includes(task.state)) &&
    (type === undefined || task.type === type) &&
    (tag === undefined || task.tags.includes(tag)) &&
    (orderingKey === undefined || task.orderingKey === orderingKey) &&
    (schedule === undefined || task.scheduleId === schedule) &&
    (words.length === 0 || hasAll(searchText(task), words));
}

function hasAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

function searchText(task: Task): string {
  const { id, type, about, tags, orderingKey, concurrencyKey, error, progress, owner, result } = task;
  const title = taskTypes.get(type)?.info.title;
  const texts = [id, type, title, about, ...tags, orderingKey, concurrencyKey, error?.code, error?.message, progress?.message, owner]; // prettier-ignore
  return [...texts, result === undefined ? undefined : JSON.stringify(result)]
    .filter((part) => part !== undefined)
    .join('\n')
    .toLowerCase();
}
