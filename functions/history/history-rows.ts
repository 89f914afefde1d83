import type { TableEntity } from '@azure/data-tables';
import type { Task } from '../../contracts/task.ts';
import { allPartitions, firstTaskIdAt, partitionOfTask, timeOfTaskId } from '../tasks/task-id.ts';
import { asOf } from './ending-messages.ts';

/**
 * A task is two rows of the table of its month: one among those of its owner, one among those whose IDs end like its own. So an owner's
 * tasks, all tasks, and a task by its ID are each found by their keys. Within a partition the newest come first.
 */
export type HistoryRow = TableEntity<{
  readonly id: string;
  readonly owner: string;
  /** When the task became what the row says, ISO 8601. */
  readonly asOf: string;
  /** JSON. */
  readonly task: string;
}>;

/** The name of the table that a task belongs into: `202611`, by when it was submitted. @param time milliseconds since 1970 */
export function monthAt(time: number): string {
  return new Date(time).toISOString().slice(0, 7).replace('-', '');
}

export const monthOfTask = (id: string) => monthAt(timeOfTaskId(id));

/** The first moment after a month, in milliseconds since 1970. */
export function endOfMonth(month: string): number {
  return Date.UTC(Number(month.slice(0, 4)), Number(month.slice(4)));
}

/** Keys must not have `/`, `\`, `#`, `?` or control characters, and are to be read by people. */
export function ownerPartition(owner: string): string {
  const safe = encodeURIComponent(owner).replace(/%/g, '=');
  return `owner ${safe}`;
}

export const idPartition = (id: string) => digitPartition(partitionOfTask(id));
export const digitPartitions = allPartitions.map(digitPartition);

function digitPartition(digit: string): string {
  return `id ${digit}`;
}

/** Turns the order of IDs round, and back again: each hexadecimal digit becomes what it lacks to 15. */
export function inverted(id: string): string {
  return id.replace(/[0-9a-f]/g, (digit) => (15 - parseInt(digit, 16)).toString(16));
}

/** What the keys say of rows after a cursor, and of tasks submitted from one time to another, as an OData filter. Times in milliseconds since 1970. */
export function rowRange(range: { cursor?: string; from?: number; to?: number }): string[] {
  const { cursor, from, to } = range;
  return [
    ...(cursor === undefined ? [] : [`RowKey gt '${inverted(cursor)}'`]),
    ...(to === undefined ? [] : [`RowKey ge '${inverted(firstTaskIdAt(to - 1))}'`]),
    ...(from === undefined ? [] : [`RowKey lt '${inverted(firstTaskIdAt(from))}~'`]),
  ];
}

/** The two rows of a task. */
export function toRows(task: Task): HistoryRow[] {
  const partitions = [ownerPartition(task.owner), idPartition(task.id)];
  const rest = { rowKey: inverted(task.id), asOf: asOf(task), ...columns(task), task: JSON.stringify(task) };
  return partitions.map((partitionKey) => ({ partitionKey, ...rest }));
}

/** Beside the JSON, for those who look at the table with other tools. */
function columns(task: Task) {
  const { id, owner, type, state, attempt, maxAttempts, about, payloadBytes, error, createdAt, startedAt, finishedAt } =
    task;
  const times = { createdAt, startedAt, finishedAt };
  return {
    ...{ id, owner, type, state, attempt, maxAttempts, payloadBytes, tags: task.tags.join(', ') },
    ...(about !== undefined && { about }),
    ...(error !== undefined && { errorCode: error.code, errorMessage: error.message }),
    ...Object.fromEntries(Object.entries(times).flatMap(([name, at]) => (at ? [[name, new Date(at)]] : []))),
    ...durations(task),
  };
}

function durations({ createdAt, scheduledFor = createdAt, startedAt, finishedAt }: Task) {
  const ms = (from: string, to: string) => ({ type: 'Int64', value: String(Date.parse(to) - Date.parse(from)) });
  return {
    ...(startedAt && { waitMs: ms(scheduledFor, startedAt) }),
    ...(startedAt && finishedAt && { runMs: ms(startedAt, finishedAt) }),
    ...(finishedAt && { totalMs: ms(createdAt, finishedAt) }),
  };
}

export function toArchivedTask({ task }: Pick<HistoryRow, 'task'>): Task {
  return JSON.parse(task) as Task;
}
