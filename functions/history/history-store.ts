import type { TableClient } from '@azure/data-tables';
import type { Task } from '../../contracts/task.ts';
import type { TableGroup } from '../azure/tables.ts';
import { AppError, historyUnavailable } from '../errors.ts';
import { asOf } from './ending-messages.ts';
import { bitByBit } from '../bit-by-bit.ts';
import { draftRows, endOfMonth, type HistoryRow, monthOfTask, partitionOfAll, type RowDraft, rowsAround, tasksOf, toRow } from './history-rows.ts'; // prettier-ignore

/** Many owners make many rows. What else the process does has its turn in between. */
const writing = { most: 2, restMs: 10 };

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
    const writeAll = () => bitByBit(draftRows(tasks), writing, (some) => writeRows(table, some));
    await writeAll().catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await this.tables.create(month);
      await writeAll();
    });
  }
}

async function writeRows(table: TableClient, drafts: readonly RowDraft[]): Promise<void> {
  await Promise.all(drafts.map(async (draft) => table.upsertEntity(await toRow(draft), 'Replace')));
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
