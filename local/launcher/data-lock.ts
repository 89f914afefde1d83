/** One stack per data folder: the lock is the kernel's, so it ends with the process that holds it, however that ends. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readProcesses } from './processes-file.ts';

export interface DataLock {
  release(): void;
}

/** SQLite's "database is locked". https://www.sqlite.org/rescode.html#busy */
const busy = 5;

/** A PID in a file would have to be checked against PIDs given out again; a lock that SQLite takes on a file needs no check. */
export function lockDataFolder(dataDir: string): DataLock {
  const database = new DatabaseSync(join(dataDir, 'launcher.lock'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== busy) throw error;
    const pid = readProcesses(dataDir)?.launcher.pid;
    const holder = pid === undefined ? '' : ` (process ${pid})`;
    throw new Error(
      `Another "npm start"${holder} already runs on ${dataDir}: stop it, or give this one its own --settings FILE and --data DIR.`,
      { cause: error },
    );
  }
  return { release: () => database.close() };
}
