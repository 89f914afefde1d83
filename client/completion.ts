import type { Task } from '../contracts/task.ts';

export interface CompletionSources {
  readonly fetchNewest: () => Promise<readonly Task[]>;
  readonly fetchOne: (id: string) => Promise<Task>;
  readonly keep: (tasks: readonly Task[]) => void;
  readonly isKnown: (id: string) => boolean;
}

/** More unknown tasks than this are looked for in the list before they are fetched one by one. */
const fewUnknown = 8;

/**
 * Fetches the tasks whose events said too little. One request at a time and no task twice, however many events come:
 * a flood of events must not become a flood of requests.
 */
export class Completion {
  readonly #sources: CompletionSources;
  readonly #unknown = new Set<string>();
  readonly #stale = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(sources: CompletionSources) {
    this.#sources = sources;
  }

  /** A task that is not known. */
  addUnknown(id: string): void {
    this.#unknown.add(id);
    this.#run();
  }

  /** A task that is known, but not as it is now. */
  addStale(id: string): void {
    this.#stale.add(id);
    this.#run();
  }

  /** Resolves when nothing is left to fetch. */
  async settled(): Promise<void> {
    await this.#running;
  }

  #run(): void {
    // Begins after the current burst, so that all of its tasks are seen together.
    this.#running ??= Promise.resolve()
      .then(() => this.#fetchAll())
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** Lets go of what has not been fetched yet. */
  clear(): void {
    this.#unknown.clear();
    this.#stale.clear();
  }

  async #fetchAll(): Promise<void> {
    const { fetchNewest, fetchOne, keep, isKnown } = this.#sources;
    while (this.#unknown.size + this.#stale.size > 0) {
      if (this.#unknown.size > fewUnknown) keep(await fetchNewest().catch(() => []));
      for (const ids of [this.#stale, this.#unknown]) {
        for (const id of ids) {
          ids.delete(id);
          if (ids === this.#unknown && isKnown(id)) continue;
          // Gone, or the connection is: the next event of the task asks again.
          const task = await fetchOne(id).catch(() => undefined);
          if (task) keep([task]);
        }
      }
    }
  }
}
