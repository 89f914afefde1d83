import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { closeDataFile, dataFileError, openDataFile } from './data-file.ts';
import { LogSync } from './log-sync.ts';

/**
 * The broker's file: one SQLite database, written in groups. All writes of one turn of the event loop share one transaction, and all
 * transactions since the last sync share the next; what must wait for the disk (an answer to a client, a delivery) waits in `afterCommit`.
 */
export class Store {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #log: LogSync;
  readonly #statements = new Map<string, StatementSync>();
  #afterCommit: (() => void)[] = [];
  #writing = false;
  #checkpointAsked = false;
  #closed = false;
  #turn: NodeJS.Immediate | undefined;

  /**
   * @param warn is told when what was acknowledged before may be lost
   * @throws Fatal in one sentence when the file cannot be opened, is in use or is damaged.
   */
  constructor(file: string, warn: (sentence: string) => void) {
    this.#file = file;
    this.#database = openDataFile(file, warn);
    this.#log = new LogSync(`${file}-wal`, (error) => this.#die(error));
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#orDie(() => this.#statement(sql).all(...values) as Row[]);
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#orDie(() => this.#statement(sql).get(...values) as Row | undefined);
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

  /** Calls `done` once everything written so far is on the disk. */
  afterCommit(done: () => void): void {
    this.#afterCommit.push(done);
    this.#schedule();
  }

  /** Commits what this turn has written so far: a crash of the process loses it no more, one of the machine may. */
  commit(): void {
    if (this.#writing) {
      this.#orDie(() => this.#database.exec('COMMIT'));
      this.#log.written();
    }
    this.#writing = false;
    if (this.#checkpointAsked) this.#orDie(() => this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)'));
    this.#checkpointAsked = false;
  }

  /** Has the next commit written into the file itself, where it outlives a loss of the log. */
  checkpoint(): void {
    this.#checkpointAsked = true;
    this.#schedule();
  }

  close(): void {
    clearImmediate(this.#turn);
    this.commit();
    this.#closed = true;
    this.#afterCommit = [];
    this.#log.close();
    closeDataFile(this.#database);
  }

  /** Lets go of the file as it is. */
  abandon(): void {
    clearImmediate(this.#turn);
    this.#closed = true;
    this.#log.close();
    this.#database.close();
  }

  /**
   * What fails here (a full disk, a damaged file) ends the process: memory and disk no longer agree, and a restart makes them. Who is
   * still starting abandons the store instead.
   */
  #orDie<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw this.#die(error);
    }
  }

  #die(error: unknown): Error {
    const fatal = dataFileError(this.#file, error);
    process.nextTick(() => {
      if (!this.#closed) throw fatal;
    });
    return fatal;
  }

  #schedule(): void {
    this.#turn ??= setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    this.#turn = undefined;
    this.commit();
    const waiting = this.#afterCommit;
    this.#afterCommit = [];
    this.#log.whenDurable(waiting);
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
