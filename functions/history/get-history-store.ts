import { getHistoryTables } from '../azure/tables.ts';
import { HistoryStore } from './history-store.ts';

let store: HistoryStore | undefined;

/** Undefined when no Table Storage is set up. */
export function findHistoryStore(): HistoryStore | undefined {
  const tables = getHistoryTables();
  if (tables !== undefined) store ??= new HistoryStore(tables);
  return store;
}
