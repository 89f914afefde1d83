import type { Task, TaskPage } from '../../contracts/task.ts';
import { matcher, type TaskFilter } from '../tasks/task-queries.ts';
import { digitPartitions, type HistoryRow, monthAt, monthOfTask, ownerPartition, rowRange, toArchivedTask } from './history-rows.ts'; // prettier-ignore
import { asking, type HistoryStore, isMissing } from './history-store.ts';

/** How many tasks one request looks at; where fewer fit, its page is short and has a cursor. */
export const scanLimit = 2_000;

/** Newest first, by when they were submitted. */
export async function listHistory(store: HistoryStore, filter: TaskFilter): Promise<TaskPage> {
  const matches = matcher(filter);
  const tasks: Task[] = [];
  return asking(async () => {
    let looked = 0;
    for await (const row of newestFirst(store, filter)) {
      const task = toArchivedTask(row);
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

async function* newestFirst(store: HistoryStore, filter: TaskFilter): AsyncGenerator<HistoryRow> {
  const { owner, limit } = filter;
  const partitions = owner === undefined ? digitPartitions : [ownerPartition(owner)];
  const perPage = Math.ceil((limit + 1) / Math.min(partitions.length, 4));
  for (const month of await monthsWithin(store, filter)) {
    yield* merged(partitions.map((partition) => rowsOf(store, month, partition, filter, perPage)));
  }
}

async function monthsWithin(store: HistoryStore, { from, to, cursor }: TaskFilter): Promise<string[]> {
  const first = from === undefined ? '' : monthAt(from);
  const last = [to === undefined ? '~' : monthAt(to), cursor === undefined ? '~' : monthOfTask(cursor)].sort()[0]!;
  const months = (await store.tables.list()).filter((month) => month >= first && month <= last);
  return months.sort().reverse();
}

async function* rowsOf(
  store: HistoryStore,
  month: string,
  partition: string,
  range: TaskFilter,
  perPage: number,
): AsyncGenerator<HistoryRow> {
  const filter = [`PartitionKey eq '${partition.replaceAll("'", "''")}'`, ...rowRange(range)].join(' and ');
  const select = ['RowKey', 'task'];
  const table = await store.tables.table(month);
  try {
    const pages = table.listEntities<HistoryRow>({ queryOptions: { filter, select } }).byPage({ maxPageSize: perPage });
    for await (const page of pages) yield* page;
  } catch (error) {
    // Its month has been forgotten meanwhile.
    if (!isMissing(error)) throw error;
  }
}

/** Rows of several partitions, each in order, in the order of all. */
async function* merged(partitions: readonly AsyncGenerator<HistoryRow>[]): AsyncGenerator<HistoryRow> {
  const heads = await Promise.all(partitions.map(async (rows) => ({ rows, next: await rows.next() })));
  for (;;) {
    const open = heads.filter(({ next }) => next.done !== true);
    const [first] = open.sort((a, b) => ((a.next.value as HistoryRow).rowKey < (b.next.value as HistoryRow).rowKey ? -1 : 1)); // prettier-ignore
    if (first === undefined) return;
    yield first.next.value as HistoryRow;
    first.next = await first.rows.next();
  }
}
