import type { Task, TaskPage } from '../../contracts/task.ts';
import { matcher, type TaskFilter } from '../tasks/task-queries.ts';
import { asOf } from './ending-messages.ts';
import { type HistoryRow, idsIn, monthAt, monthOfTask, ownerPartition, partitionOfAll, rowsWith, tasksOf } from './history-rows.ts'; // prettier-ignore
import { asking, type HistoryStore, isMissing } from './history-store.ts';

/** How many tasks one request looks at; where fewer fit, its page is short and has a cursor. */
export const scanLimit = 2_000;

/** Newest first, by when they were submitted. */
export async function listHistory(store: HistoryStore, filter: TaskFilter): Promise<TaskPage> {
  const matches = matcher(filter);
  const tasks: Task[] = [];
  return asking(async () => {
    let looked = 0;
    for await (const task of newestFirst(store, filter)) {
      looked += 1;
      if (matches(task)) {
        if (tasks.length === filter.limit) return { tasks, cursor: tasks.at(-1)!.id };
        tasks.push(task);
      }
      if (looked === scanLimit) return { tasks, cursor: task.id };
    }
    return { tasks };
  });
}

async function* newestFirst(store: HistoryStore, filter: TaskFilter): AsyncGenerator<Task> {
  const { least, end } = idsIn(filter);
  for (const month of await monthsWithin(store, filter))
    for await (const task of inOrder(rowsOf(store, month, filter))) if (task.id >= least && task.id < end) yield task;
}

async function monthsWithin(store: HistoryStore, { from, to, cursor }: TaskFilter): Promise<string[]> {
  const first = from === undefined ? '' : monthAt(from);
  const last = [to === undefined ? '~' : monthAt(to), cursor === undefined ? '~' : monthOfTask(cursor)].sort()[0]!;
  const months = (await store.tables.list()).filter((month) => month >= first && month <= last);
  return months.sort().reverse();
}

async function* rowsOf(store: HistoryStore, month: string, filter: TaskFilter): AsyncGenerator<HistoryRow> {
  const { owner, type, limit } = filter;
  const partition = owner === undefined ? partitionOfAll : ownerPartition(owner);
  const conditions = [`PartitionKey eq '${quoted(partition)}'`, ...rowsWith(filter)];
  // The type never changes. How a task ended may: a row says how it was then.
  if (type !== undefined) conditions.push(`type eq '${quoted(type)}'`);
  const maxPageSize = Math.max(10, Math.ceil((limit + 1) / 4));
  const table = await store.tables.table(month);
  try {
    const found = table.listEntities<HistoryRow>({ queryOptions: { filter: conditions.join(' and ') } });
    for await (const page of found.byPage({ maxPageSize })) yield* page;
  } catch (error) {
    // Its month has been forgotten meanwhile.
    if (!isMissing(error)) throw error;
  }
}

const quoted = (text: string) => text.replaceAll("'", "''");

/** A task is told once the next row begins behind it: whatever else is kept of it stands in rows that began before it. */
async function* inOrder(rows: AsyncGenerator<HistoryRow>): AsyncGenerator<Task> {
  const waiting = new Map<string, Task>();
  for await (const row of rows) {
    yield* takeBefore(waiting, row.newest);
    for (const task of await tasksOf(row)) keepLatest(waiting, task);
  }
  yield* takeBefore(waiting, '');
}

function takeBefore(waiting: Map<string, Task>, id: string): Task[] {
  const ready = [...waiting.values()].filter((task) => task.id > id).sort((a, b) => (a.id < b.id ? 1 : -1));
  for (const task of ready) waiting.delete(task.id);
  return ready;
}

/** Of two endings of a task the later one holds. */
function keepLatest(tasks: Map<string, Task>, task: Task): void {
  const other = tasks.get(task.id);
  if (other === undefined || asOf(other) < asOf(task)) tasks.set(task.id, task);
}
