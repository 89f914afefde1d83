/** Bytes of large payloads that one process holds at a time; whoever needs more waits, first come, first served. */
export class MemoryBudget {
  readonly #total: number;
  #used = 0;
  #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(totalBytes: number) {
    this.#total = totalBytes;
  }

  /**
   * Waits for room, and holds it until the work is done.
   * @param bytes more than the whole budget counts as all of it
   */
  async hold<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(bytes, this.#total);
    if (this.#waiting.length > 0 || this.#used + share > this.#total) {
      await new Promise<void>((enter) => this.#waiting.push({ bytes: share, enter }));
    } else {
      this.#used += share;
    }
    try {
      return await work();
    } finally {
      this.#used -= share;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#used + next.bytes <= this.#total;) {
      this.#used += next.bytes;
      this.#waiting.shift();
      next.enter();
      next = this.#waiting[0];
    }
  }
}

/** Smaller payloads are no matter for a process's memory. */
const smallBytes = 8 * 1024 * 1024;
/** Bytes of JSON: a process takes about six times as much while a task with a text of this length runs. */
const memory = new MemoryBudget(128 * 1024 * 1024);

/** Does work on a payload when this process has memory for it: a large one may have to wait for others. */
export function holdingMemory<T>(payloadBytes: number, work: () => Promise<T>): Promise<T> {
  return payloadBytes < smallBytes ? work() : memory.hold(payloadBytes, work);
}
