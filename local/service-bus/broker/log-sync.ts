import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Brings a database's `-wal` file to the disk without holding up the process: what is committed while one sync is under way shares the
 * next. SQLite's own sync (`synchronous = FULL`) does the same to the same file, but stops everything meanwhile.
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous: with NORMAL it goes on syncing around checkpoints
 */
export class LogSync {
  readonly #file: string;
  readonly #failed: (error: unknown) => void;
  #descriptor: number | undefined;
  /** What waits for the sync under way, and for the one after it. */
  #syncing: (() => void)[] | undefined;
  #next: (() => void)[] = [];
  #needsSync = false;
  #closed = false;

  constructor(file: string, failed: (error: unknown) => void) {
    this.#file = file;
    this.#failed = failed;
  }

  /** Something was committed that is not on the disk. */
  written(): void {
    this.#needsSync = true;
  }

  /** Calls `done` once all that was committed before is on the disk: at once when it is there already. */
  whenDurable(done: readonly (() => void)[]): void {
    if (!this.#needsSync && this.#syncing === undefined) return done.forEach((call) => call());
    this.#next.push(...done);
    if (this.#syncing === undefined) this.#sync();
  }

  close(): void {
    this.#closed = true;
    this.#next = [];
    // A sync under way uses the file until it has ended.
    if (this.#syncing === undefined) this.#release();
  }

  #sync(): void {
    this.#syncing = this.#next;
    this.#next = [];
    const isNeeded = this.#needsSync;
    this.#needsSync = false;
    if (!isNeeded) return this.#synced();
    fdatasync(this.#open(), (error) => {
      if (error && !this.#closed) this.#failed(error);
      else this.#synced();
    });
  }

  #synced(): void {
    const done = this.#syncing ?? [];
    this.#syncing = undefined;
    if (this.#closed) return this.#release();
    for (const call of done) call();
    if (this.#next.length > 0 && this.#syncing === undefined) this.#sync();
  }

  #open(): number {
    if (this.#descriptor === undefined) {
      this.#descriptor = openSync(this.#file, 'r+');
      // The file's name in its folder, too.
      const folder = openSync(dirname(this.#file), 'r');
      fsyncSync(folder);
      closeSync(folder);
    }
    return this.#descriptor;
  }

  #release(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
