/** Where in the sequence of operations the process ends: before the k-th is forwarded, or right after. */
export interface CrashPoint {
  /** From 1. */
  readonly k: number;
  readonly when: 'before' | 'after';
}

/** Counts operations over all connections of one process, and ends it at the chosen one. */
export class Gate {
  readonly #kill: () => void;
  #point: CrashPoint | undefined;
  #isCounting = false;
  /** What was asked for since `arm`, in order. */
  readonly operations: string[] = [];
  /** Connections of an earlier generation belong to a process that is dead: nothing of theirs goes through. */
  generation = 0;
  killedAt: number | undefined;
  /** All operations ever, of every process. */
  total = 0;

  /** @param kill ends the process at once */
  constructor(kill: () => void) {
    this.#kill = kill;
  }

  /** @param point undefined to count only */
  arm(point?: CrashPoint): void {
    this.#point = point;
    this.#isCounting = true;
    this.operations.length = 0;
    this.killedAt = undefined;
  }

  disarm(): void {
    this.#isCounting = false;
    this.#point = undefined;
  }

  /** @returns whether the operation may go through */
  pass(operation: string, forward: () => void): boolean {
    this.total += 1;
    if (this.#isCounting) this.operations.push(operation);
    if (this.#point === undefined || this.operations.length !== this.#point.k) {
      forward();
      return true;
    }
    if (this.#point.when === 'after') forward();
    this.disarm();
    this.generation += 1;
    this.killedAt = Date.now();
    this.#kill();
    return false;
  }
}
