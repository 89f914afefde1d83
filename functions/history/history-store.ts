import type { TableClient } from '@azure/data-tables';
import type { Task } from '../../contracts/task.ts';
import type { TableGroup } from '../azure/tables.ts';
import { AppError, historyUnavailable } from '../errors.ts';
import { asOf } from './ending-messages.ts';
import { endOfMonth, type HistoryRow, minuteOfTask, monthOfTask, partitionOfAll, rowsAround, tasksOf, toRows } from './history-rows.ts'; // prettier-ignore

/** An entity-group transaction: rows of one partition, all or none (learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions). */
const rowsPerTransaction = 100;

/** What is kept of tasks that have ended. Every method throws AppError `dependency-unavailable` when Table Storage is out of reach. */
export class HistoryStore {
  readonly tables: TableGroup;

  constructor(tables: TableGroup) {
    this.tables = tables;
  }

  /** May be told of the same ending again, and of a task's endings in any order: nothing is overwritten but by the same, and readers take the last one. */
  async record(tasks: readonly Task[]): Promise<void> {
    const months = Map.groupBy(tasks, ({ id }) => monthOfTask(id));
    await asking(() => Promise.all([...months].map(([month, some]) => this.#recordMonth(month, some))));
  }

  async find(id: string): Promise<Task | undefined> {
    return asking(async () => {
      const table = await this.tables.table(monthOfTask(id));
      const endings = (await rowsWithTask(table, id)).map(async (row) => (await tasksOf(row)).filter((task) => task.id === id));
      return (await Promise.all(endings)).flat().sort((a, b) => (asOf(a) < asOf(b) ? 1 : -1))[0];
    }); // prettier-ignore
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

  async #recordMonth(month: string, tasks: readonly Task[]): Promise<void> {
    const table = await this.tables.table(month);
    const groups = Map.groupBy(tasks, ({ id, owner, type }) => JSON.stringify([owner, type, minuteOfTask(id)]));
    const rows = (await Promise.all([...groups.values()].map(toRows))).flat();
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

function inPortions(rows: readonly HistoryRow[]): HistoryRow[][] {
  const count = Math.ceil(rows.length / rowsPerTransaction);
  return Array.from({ length: count }, (_, n) => rows.slice(n * rowsPerTransaction, (n + 1) * rowsPerTransaction));
}

async function write(table: TableClient, rows: readonly HistoryRow[]): Promise<void> {
  const [first, ...others] = rows as [HistoryRow, ...HistoryRow[]];
  if (others.length === 0) await table.upsertEntity(first, 'Replace');
  else await table.submitTransaction(rows.map((row) => ['upsert', row, 'Replace']));
}

async function rowsWithTask(table: TableClient, id: string): Promise<HistoryRow[]> {
  const filter = [`PartitionKey eq '${partitionOfAll}'`, ...rowsAround(id)].join(' and ');
  const rows: HistoryRow[] = [];
  try {
    for await (const row of table.listEntities<HistoryRow>({ queryOptions: { filter } })) rows.push(row);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return rows;
}

/** A table is not there. */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: unknown }).statusCode === 404;
}

export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof AppError ? error : historyUnavailable(error);
  }
}
