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

  wait(id: string): Promise<void> {
    if (this.#early.delete(id)) return Promise.resolve();
    return new Promise((done) => this.#waiting.set(id, done));
  }
}
