import type { TableEntity } from '@azure/data-tables';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Task } from '../../contracts/task.ts';
import { firstTaskIdAt, timeOfTaskId } from '../tasks/task-id.ts';
import { asOf } from './ending-messages.ts';

const [pack, unpack] = [promisify(gzip), promisify(gunzip)];

/**
 * What one message of the topic said of tasks of one type that were submitted in the same minute: so a row costs what it costs once for many
 * tasks. Each task is in two, one of its owner's tasks and one of everybody's. Within a partition, rows are sorted by their newest task,
 * newest first.
 */
export type HistoryRow = TableEntity<{
  /** IDs. */
  readonly newest: string;
  readonly oldest: string;
  readonly type: string;
  readonly count: number;
  /** The tasks, a JSON array as gzip makes it: property `tasks0` and those after it, as one takes 64 KiB. */
  readonly parts: number;
}>;

/** learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const bytesPerProperty = 64 * 1024;
const minuteMs = 60_000;

/** The name of the table that a task belongs into: `202611`, by when it was submitted. @param time milliseconds since 1970 */
export function monthAt(time: number): string {
  return new Date(time).toISOString().slice(0, 7).replace('-', '');
}

export const monthOfTask = (id: string) => monthAt(timeOfTaskId(id));

/** The first moment after a month, in milliseconds since 1970. */
export function endOfMonth(month: string): number {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)));
}

const minuteAt = (time: number) => Math.floor(time / minuteMs);

/** Those of a row have it in common. */
export const minuteOfTask = (id: string) => minuteAt(timeOfTaskId(id));

export const partitionOfAll = 'all';

/** Keys must not have `/`, `\`, `#`, `?` or control characters, and are to be read by people. */
export function ownerPartition(owner: string): string {
  const safe = encodeURIComponent(owner).replace(/%/g, '=');
  return `owner ${safe}`;
}

/** Turns the order of IDs round: each hexadecimal digit becomes what it lacks to 15. */
function inverted(id: string): string {
  return id.replace(/[0-9a-f]/g, (digit) => (15 - parseInt(digit, 16)).toString(16));
}

/** Tasks after a cursor, and submitted from one time to another. Times in milliseconds since 1970. */
export interface TaskRange {
  readonly cursor?: string;
  readonly from?: number;
  readonly to?: number;
}

/** What IDs in a range are: from `least` on, before `end`, which is of a task at `lastTime` at the latest. */
export function idsIn({ cursor, from, to }: TaskRange): { least: string; end: string; lastTime: number } {
  const times = [...(cursor === undefined ? [] : [timeOfTaskId(cursor)]), ...(to === undefined ? [] : [to - 1])];
  const ends = [...(cursor === undefined ? [] : [cursor]), ...(to === undefined ? [] : [firstTaskIdAt(to)])];
  return {
    least: from === undefined ? '' : firstTaskIdAt(from),
    end: ends.sort()[0] ?? '~',
    lastTime: Math.min(...times),
  };
}

/** Rows that may have tasks of a range, as an OData filter. They begin with its last minute: what a row has lies in one. */
export function rowsWith(range: TaskRange): string[] {
  const { least, end, lastTime } = idsIn(range);
  const endOfMinute = (minuteAt(lastTime) + 1) * minuteMs;
  return [
    ...(end === '~' ? [] : [`RowKey ge '${inverted(firstTaskIdAt(endOfMinute - 1))}'`, `oldest lt '${end}'`]),
    ...(least === '' ? [] : [`newest ge '${least}'`, `RowKey lt '${inverted(least)}~'`]),
  ];
}

/** The row that may have a task, as an OData filter. */
export function rowsAround(id: string): string[] {
  const endOfMinute = (minuteOfTask(id) + 1) * minuteMs;
  return [
    `RowKey ge '${inverted(firstTaskIdAt(endOfMinute - 1))}'`,
    `RowKey lt '${inverted(id)}~'`,
    `oldest le '${id}'`,
  ];
}

export interface RowDraft {
  readonly partitionKey: string;
  /** Of one type and one minute. */
  readonly tasks: readonly Task[];
}

export function draftRows(tasks: readonly Task[]): RowDraft[] {
  const alike = [...Map.groupBy(tasks, ({ id, type }) => `${minuteOfTask(id)} ${type}`).values()];
  return alike.flatMap((some) => {
    const owners = [...Map.groupBy(some, ({ owner }) => ownerPartition(owner))];
    return [
      { partitionKey: partitionOfAll, tasks: some },
      ...owners.map(([partitionKey, own]) => ({ partitionKey, tasks: own })),
    ];
  });
}

/** The same tasks make the same row. */
export async function toRow({ partitionKey, tasks }: RowDraft): Promise<HistoryRow> {
  const [{ type }] = tasks as readonly [Task];
  const sorted = tasks.toSorted((a, b) => (a.id < b.id ? 1 : -1));
  const [newest, oldest] = [sorted[0]!.id, sorted.at(-1)!.id];
  const name = createHash('sha256').update(sorted.map((task) => `${task.id} ${asOf(task)}`).join('\n'));
  const packed = await pack(JSON.stringify(sorted));
  const parts = Math.ceil(packed.length / bytesPerProperty);
  return {
    partitionKey,
    rowKey: `${inverted(newest)} ${name.digest('hex').slice(0, 16)}`,
    ...{ newest, oldest, type, count: tasks.length, parts },
    ...Object.fromEntries(Array.from({ length: parts }, (_, n) => [`tasks${n}`, packed.subarray(n * bytesPerProperty, (n + 1) * bytesPerProperty)])),
  }; // prettier-ignore
}

export async function tasksOf(row: HistoryRow): Promise<Task[]> {
  const parts = Array.from(
    { length: row.parts },
    (_, n) => (row as Record<string, unknown>)[`tasks${n}`] as Uint8Array,
  );
  return JSON.parse((await unpack(Buffer.concat(parts))).toString()) as Task[];
}
