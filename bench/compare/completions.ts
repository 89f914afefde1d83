/** So long a task may take to be seen completed: then something is wrong, and the measurement ends. */
const patienceMs = 60_000;

/** Brings together who waits for a task and the news of its end, whichever comes first. */
export class Completions {
  readonly #early = new Set<string>();
  readonly #waiting = new Map<string, () => void>();

  see(id: string): void {
    const done = this.#waiting.get(id);
    if (done === undefined) return void this.#early.add(id);
    this.#waiting.delete(id);
    done();
  }

  /** @throws when the task has not been seen within a minute */
  wait(id: string): Promise<void> {
    if (this.#early.delete(id)) return Promise.resolve();
    return new Promise((done, failed) => {
      const late = () => failed(new Error(`Task ${id} was not seen completed within ${patienceMs / 1000} s.`));
      const timer = setTimeout(late, patienceMs);
      this.#waiting.set(id, () => {
        clearTimeout(timer);
        done();
      });
    });
  }
}
