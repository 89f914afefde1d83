import { format } from 'node:util';
import { type LogLine, logLimits } from '../../contracts/task-log.ts';

export type NewLine = Omit<LogLine, 'number'>;

export interface LogBatch {
  /** Unique within the task. */
  readonly name: string;
  /** How many lines before these were too many to be kept. */
  readonly left: number;
  /** Oldest first. */
  readonly lines: readonly NewLine[];
}

export interface LogKeeperOptions {
  readonly attempt: number;
  /** Unique among the attempts of all workers. */
  readonly token: string;
  /** Gives the number of the newest line; undefined where the task is gone. */
  readonly keep: (batch: LogBatch) => Promise<number | undefined>;
  /** Is told how far the log has grown, unless the attempt ends at once: its end tells that too. */
  readonly tell: (newest: number) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The first lines are kept at once, further ones together at most this often. */
const spacingMs = 250;
/** An attempt that is over by then is worth no news of its lines. */
const tellAfterMs = 100;

/** Keeps what a handler logs with its task, and never keeps the handler waiting. Who logs nothing costs nothing. */
export class LogKeeper {
  readonly #options: LogKeeperOptions;
  #waiting: NewLine[] = [];
  #left = 0;
  #batches = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: LogKeeperOptions) {
    this.#options = options;
  }

  add(args: readonly unknown[]): void {
    if (this.#isClosed) return;
    const { attempt, now } = this.#options;
    const text = format(...args)
      .slice(0, logLimits.lineLength)
      .toWellFormed();
    this.#waiting.push({ at: new Date(now()).toISOString(), attempt, text });
    if (this.#waiting.length > logLimits.lines) {
      this.#waiting.shift();
      this.#left += 1;
    }
    this.#timer ??= setTimeout(() => this.#keep(), this.#batches === 0 ? 0 : spacingMs);
  }

  /** Sends what is left, before whatever the caller sends next over the same connection. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#telling);
    this.#keep();
  }

  #keep(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const { token, keep } = this.#options;
    const batch = { name: `${token}:${(this.#batches += 1)}`, left: this.#left, lines: this.#waiting };
    this.#waiting = [];
    this.#left = 0;
    // Logs are news, not truth: when they cannot be stored, the task goes on.
    void keep(batch).then(
      (newest) => this.#tellSoon(newest),
      () => undefined,
    );
  }

  #tellSoon(newest: number | undefined): void {
    if (newest === undefined || this.#isClosed) return;
    clearTimeout(this.#telling);
    this.#telling = setTimeout(() => this.#options.tell(newest), tellAfterMs);
  }
}
