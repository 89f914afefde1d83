import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SCHEMA } from './sql.ts';

/**
 * The broker's file: one SQLite database, written in groups. All writes of one turn of the event loop share one transaction;
 * what must wait for the disk (an answer to a client, a delivery) waits in `afterCommit`.
 */
export class Store {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #beforeCommit = new Set<() => void>();
  #afterCommit: (() => void)[] = [];
  #writing = false;
  #turn: NodeJS.Immediate | undefined;

  /** @throws Error in one sentence when the file cannot be opened, is in use or is damaged. */
  constructor(file: string) {
    this.#database = open(file);
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  /** Changes rows within this turn's transaction; returns how many. */
  write(sql: string, ...values: SQLInputValue[]): number {
    this.#schedule();
    return this.#orDie(() => {
      if (!this.#writing) this.#database.exec('BEGIN');
      this.#writing = true;
      return Number(this.#statement(sql).run(...values).changes);
    });
  }

  /** Calls `write` once in this turn, just before its commit, however often it is asked for. */
  beforeCommit(write: () => void): void {
    this.#beforeCommit.add(write);
    this.#schedule();
  }

  /** Calls `done` once everything written so far is on the disk. */
  afterCommit(done: () => void): void {
    this.#afterCommit.push(done);
    this.#schedule();
  }

  /** Commits what this turn has written so far. */
  commit(): void {
    const writes = this.#beforeCommit;
    this.#beforeCommit = new Set();
    for (const write of writes) write();
    if (this.#writing) this.#orDie(() => this.#database.exec('COMMIT'));
    this.#writing = false;
  }

  close(): void {
    clearImmediate(this.#turn);
    this.commit();
    this.#afterCommit = [];
    this.#database.close();
  }

  /** A write that fails (a full disk, a damaged file) ends the process: memory and disk no longer agree, and a restart makes them. */
  #orDie<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      process.nextTick(() => {
        throw new Error(`The Service Bus data file could not be written: ${(error as Error).message}.`, {
          cause: error,
        });
      });
      throw error;
    }
  }

  #schedule(): void {
    this.#turn ??= setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#turn = undefined;
    this.commit();
    const waiting = this.#afterCommit;
    this.#afterCommit = [];
    for (const done of waiting) done();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function open(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database?.close();
    throw new Error(`The Service Bus data file ${file} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}
