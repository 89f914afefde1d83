import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Task } from '../../contracts/task.ts';
import type { TableGroup } from '../azure/tables.ts';
import { AppError, unavailable } from '../errors.ts';
import { asOf } from './ending-messages.ts';
import { endOfMonth, type HistoryRow, idPartition, inverted, monthOfTask, toArchivedTask, toRows } from './history-rows.ts'; // prettier-ignore

/** An entity-group transaction: rows of one partition, all or none (learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions). */
const rowsPerTransaction = 100;

/** What is kept of tasks that have ended. Every method throws AppError `dependency-unavailable` when Table Storage is out of reach. */
export class HistoryStore {
  readonly tables: TableGroup;

  constructor(tables: TableGroup) {
    this.tables = tables;
  }

  /** May be told of the same ending again, and of a task's endings in any order: the last one holds. */
  async record(tasks: readonly Task[]): Promise<void> {
    const months = Map.groupBy(latestOfEach(tasks), ({ id }) => monthOfTask(id));
    await asking(() => Promise.all([...months].map(([month, some]) => this.#recordMonth(month, some.flatMap(toRows)))));
  }

  async find(id: string): Promise<Task | undefined> {
    return asking(async () => {
      const table = await this.tables.table(monthOfTask(id));
      const row = await findRow(table, { partitionKey: idPartition(id), rowKey: inverted(id) }, ['task']);
      return row && toArchivedTask(row);
    });
  }

  /**
   * Deletes the tables of months that ended before a time.
   * @param time milliseconds since 1970
   * @returns the months
   */
  async forgetBefore(time: number): Promise<string[]> {
    return asking(async () => {
      const old = (await this.tables.list()).filter((month) => endOfMonth(month) <= time);
      for (const month of old) await this.tables.delete(month);
      return old;
    });
  }

  async #recordMonth(month: string, rows: readonly HistoryRow[]): Promise<void> {
    const table = await this.tables.table(month);
    const partitions = Map.groupBy(rows, ({ partitionKey }) => partitionKey);
    const portions = [...partitions.values()].flatMap(inPortions);
    const writeAll = () => Promise.all(portions.map((portion) => write(table, portion)));
    await writeAll().catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await this.tables.create(month);
      await writeAll();
    });
  }
}

function latestOfEach(tasks: readonly Task[]): Task[] {
  const latest = new Map<string, Task>();
  for (const task of tasks) {
    const other = latest.get(task.id);
    if (other === undefined || asOf(other) < asOf(task)) latest.set(task.id, task);
  }
  return [...latest.values()];
}

function inPortions(rows: readonly HistoryRow[]): HistoryRow[][] {
  const count = Math.ceil(rows.length / rowsPerTransaction);
  return Array.from({ length: count }, (_, n) => rows.slice(n * rowsPerTransaction, (n + 1) * rowsPerTransaction));
}

/** New rows, as a rule; where one of them is there already, each is looked at. */
async function write(table: TableClient, rows: readonly HistoryRow[]): Promise<void> {
  try {
    await table.submitTransaction(rows.map((row): TransactionAction => ['create', row]));
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    await merge(table, rows);
  }
}

/** Should somebody else write one of the rows in between, this fails, and the message that it is for comes again. */
async function merge(table: TableClient, rows: readonly HistoryRow[]): Promise<void> {
  const there = await Promise.all(rows.map((row) => findRow(table, row, ['asOf'])));
  const actions = rows.flatMap((row, n): TransactionAction[] => {
    const before = there[n];
    if (before === undefined) return [['create', row]];
    return before.asOf < row.asOf ? [['update', row, 'Replace', { etag: before.etag }]] : [];
  });
  if (actions.length > 0) await table.submitTransaction(actions);
}

async function findRow(
  table: TableClient,
  { partitionKey, rowKey }: Pick<HistoryRow, 'partitionKey' | 'rowKey'>,
  select: string[],
) {
  try {
    return await table.getEntity<HistoryRow>(partitionKey, rowKey, { queryOptions: { select } });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const statusOf = (error: unknown) => (error as { statusCode?: unknown }).statusCode;

/** A row, or its whole table. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404;
}

export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof AppError ? error : unavailable('Table Storage', error);
  }
}
