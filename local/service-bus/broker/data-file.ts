import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Fatal } from '../../failure.ts';
import { OPEN_MARK, SCHEMA } from './sql.ts';
import { inspectLog } from './write-ahead-log.ts';

/**
 * Opens the broker's file, or makes it. `warn` is told when what was acknowledged before may be lost.
 * @throws Fatal in one sentence when the file cannot be opened, is in use or is damaged.
 */
export function openDataFile(file: string, warn: (sentence: string) => void): DatabaseSync {
  const log = `${file}-wal`;
  const logState = inspectLog(log);
  if (logState !== 'none' && isMissing(file)) {
    throw new Fatal(
      `The Service Bus data file ${file} is missing, though its log ${log} is there: put it back, or move the log away to start empty.`,
    );
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const stoppedCleanly = logState === 'none' && !wasOpen(database);
    if (!stoppedCleanly && logState !== 'sound') checkAfterLoss(database, file, logState, warn);
    database.exec(SCHEMA);
    database.exec(OPEN_MARK.set);
    return database;
  } catch (error) {
    database?.close();
    throw dataFileError(file, error);
  }
}

/** @throws Fatal */
export function closeDataFile(database: DatabaseSync): void {
  database.exec(OPEN_MARK.clear);
  database.close();
}

/** What to say when SQLite refuses. Codes: https://www.sqlite.org/rescode.html */
export function dataFileError(file: string, error: unknown): Fatal {
  if (error instanceof Fatal) return error;
  const [what, advice] = explanations(file)[((error as { errcode?: number }).errcode ?? 0) & 0xff] ?? [
    'cannot be used',
    'see to its permissions and its disk, then start again.',
  ];
  return new Fatal(`The Service Bus data file ${file} ${what} (${(error as Error).message}): ${advice}`, {
    cause: error,
  });
}

function explanations(file: string): Record<number, [what: string, advice: string]> {
  return {
    5: ['is in use', 'end the program that has it open, then start again.'],
    11: ['is damaged', moveAway(file)],
    13: ['cannot be written', 'make room on its disk, then start again.'],
    26: ['is no data file', moveAway(file)],
  };
}

function moveAway(file: string): string {
  return `move it away, with ${file}-wal if that is there, and start again with an empty one. The messages in it are lost.`;
}

/** A size of zero is what is left when the first write never came. */
function isMissing(file: string): boolean {
  return !existsSync(file) || statSync(file).size === 0;
}

function wasOpen(database: DatabaseSync): boolean {
  return (database.prepare(OPEN_MARK.get).get() as { user_version: number }).user_version === 1;
}

/** Without its log the file is as old as the last checkpoint, and a checkpoint under way may have left it half written. */
function checkAfterLoss(
  database: DatabaseSync,
  file: string,
  logState: 'none' | 'damaged',
  warn: (sentence: string) => void,
): void {
  const [row] = database.prepare('PRAGMA quick_check(1)').all() as { quick_check: string }[];
  if (row?.quick_check !== 'ok')
    throw new Fatal(
      `The Service Bus data file ${file} is damaged (${row?.quick_check ?? 'unreadable'}): ${moveAway(file)}`,
    );
  const what = logState === 'none' ? 'is missing' : 'is damaged';
  warn(
    `The broker did not stop cleanly, and ${file}-wal, which holds what was written last, ${what}: of the last messages some that were acknowledged may be lost, and some that were completed may come again. Sequence numbers are not given twice.`,
  );
}
