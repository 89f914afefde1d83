/** One stack per data folder: the lock is the kernel's, so it ends with the process that holds it, however that ends. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../failure.ts';
import { readProcesses } from './processes-file.ts';

export interface DataLock {
  release(): void;
}

/** SQLite's "database is locked". https://www.sqlite.org/rescode.html#busy */
const busy = 5;

/** A PID in a file would have to be checked against PIDs given out again; a lock that SQLite takes on a file needs no check. */
export function lockDataFolder(dataDir: string): DataLock {
  const file = join(dataDir, 'launcher.lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('BEGIN EXCLUSIVE');
    const held = database;
    return { release: () => held.close() };
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode !== busy) {
      throw new Error(`The file ${file} cannot be written (${messageOf(error)}): give another folder with --data.`, {
        cause: error,
      });
    }
    const pid = readProcesses(dataDir)?.launcher.pid;
    const holder = pid === undefined ? '' : ` (process ${pid})`;
    throw new Error(
      `Another "npm start"${holder} already runs on ${dataDir}: stop it, or give this one its own --settings FILE and --data DIR.`,
      { cause: error },
    );
  }
}
