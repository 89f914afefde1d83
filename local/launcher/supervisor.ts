/** Keeps one piece running: what ends by itself is started again after a pause that grows, so that a fault never becomes a storm. */
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../failure.ts';
import type { Log } from './log.ts';

/** One run of a piece. */
export interface RunningPiece {
  readonly pid: number;
  /** Resolves when it has ended, with the how: "ended with exit code 1". Never fails. */
  readonly ended: Promise<string>;
  terminate(): void;
  kill(): void;
  /** Stops it without ending it, as a machine does that no longer answers; it is not taken for hung meanwhile. */
  pause(): void;
  resume(): void;
  /** Asks the program for something; fails with its answer when it refuses. Undefined for a program that takes no requests. */
  ask?(request: unknown): Promise<unknown>;
}

export interface Piece {
  /** One word, in log lines and in processes.json. */
  readonly name: string;
  /** Where it can be reached, by the name of what listens there. */
  readonly ports: Readonly<Record<string, number>>;
  /** How long it may take to end when asked, before it is killed. */
  readonly stopWithinMs: number;
  /** It is started when all that do not need others are ready. */
  readonly needsOthers?: boolean;
  /** Resolves when the piece is ready; fails with one sentence, and leaves no process behind, also when `signal` ends the start. */
  start(signal: AbortSignal): Promise<RunningPiece>;
}

export interface SupervisorOptions {
  readonly log: Log;
  /** Called after each change of `pid`. */
  readonly onChange: () => void;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  /** A piece that ran this long had recovered: the next pause is the first one again. */
  readonly stableAfterMs?: number;
  readonly now?: () => number;
}

export class Supervisor {
  readonly piece: Piece;
  readonly #options: Required<SupervisorOptions>;
  readonly #stopping = new AbortController();
  #running: RunningPiece | undefined;
  #starting: Promise<void> | undefined;
  #restarts = 0;
  #restartAsked = false;
  #pauseMs: number;
  #pausing = new AbortController();

  constructor(piece: Piece, options: SupervisorOptions) {
    this.piece = piece;
    this.#options = { firstPauseMs: 200, longestPauseMs: 10_000, stableAfterMs: 30_000, now: Date.now, ...options };
    this.#pauseMs = this.#options.firstPauseMs;
  }

  /** Unset between two runs. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** The run of now, if there is one. */
  get running(): RunningPiece | undefined {
    return this.#running;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** The first start: its failure is the caller's. */
  async start(): Promise<void> {
    this.#starting = this.#run();
    await this.#starting.finally(() => (this.#starting = undefined));
  }

  /** Ends the piece for good: asks it to, and kills it when it does not within its time. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting?.catch(() => undefined);
    if (!this.#running) return;
    await this.#end(this.#running);
    this.#options.log('stopped');
  }

  /** Ends the piece and starts it again without a pause, as when its program has changed; a pause under way is cut short. */
  restart(): void {
    this.#restartAsked = true;
    this.#pausing.abort();
    if (this.#running) void this.#end(this.#running);
  }

  /** Ends the piece for good, at once. */
  kill(): void {
    this.#stopping.abort();
    this.#running?.kill();
  }

  async #end(running: RunningPiece): Promise<void> {
    running.terminate();
    const straggler = setTimeout(() => {
      this.#options.log(`did not end within ${this.piece.stopWithinMs / 1000} s and is killed`);
      running.kill();
    }, this.piece.stopWithinMs);
    await running.ended;
    clearTimeout(straggler);
  }

  async #run(): Promise<void> {
    this.#restartAsked = false;
    const running = await this.piece.start(this.#stopping.signal);
    const startedAt = this.#options.now();
    this.#running = running;
    this.#options.onChange();
    void running.ended.then((how) => this.#afterTheEnd(how, startedAt));
    // Asked for while it was starting: what it has loaded may be older than what was meant.
    if (this.#restartAsked) void this.#end(running);
  }

  async #afterTheEnd(how: string, startedAt: number): Promise<void> {
    const { now, stableAfterMs, firstPauseMs, onChange } = this.#options;
    this.#running = undefined;
    onChange();
    if (now() - startedAt >= stableAfterMs) this.#pauseMs = firstPauseMs;
    for (let reason = how; !this.#stopping.signal.aborted;) {
      if (!this.#restartAsked) await this.#pause(reason);
      if (this.#stopping.signal.aborted) return;
      try {
        this.#restarts += 1;
        await this.start();
        this.#options.log('runs again');
        return;
      } catch (error) {
        reason = `did not start (${messageOf(error)})`;
      }
    }
  }

  async #pause(reason: string): Promise<void> {
    this.#options.log(`${reason}: it is started again in ${this.#pauseMs / 1000} s`);
    this.#pausing = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, this.#pausing.signal]);
    await delay(this.#pauseMs, undefined, { signal }).catch(() => undefined);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.longestPauseMs);
  }
}
