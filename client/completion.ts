import type { Task, TaskPage } from '../contracts/task.ts';

export interface CompletionSources {
  /** Newest first; from there on where a cursor is given. */
  readonly fetchPage: (limit: number, cursor?: string) => Promise<TaskPage>;
  readonly fetchOne: (id: string) => Promise<Task>;
  readonly keep: (tasks: readonly Task[]) => void;
  readonly isKnown: (id: string) => boolean;
}

/** `unknown`: not worth a request once it is known. */
type Why = 'unknown' | 'known';

/** More than this are looked for in the list before they are fetched one by one. */
const few = 8;
const pageSizes = { least: 100, most: 500 };

/**
 * Fetches the tasks whose events said too little. One request at a time and no task twice, however many events come:
 * a flood of events must not become a flood of requests.
 */
export class Completion {
  readonly #sources: CompletionSources;
  /** What a list tells of them is enough. */
  readonly #listed = new Map<string, Why>();
  /** Fetched one by one. */
  readonly #single = new Map<string, Why>();
  #running: Promise<void> | undefined;

  constructor(sources: CompletionSources) {
    this.#sources = sources;
  }

  /** A task that is not known. */
  addUnknown(id: string): void {
    if (!this.#listed.has(id)) this.#listed.set(id, 'unknown');
    this.#run();
  }

  /** A task whose events may have been missed. */
  addUnsure(id: string): void {
    this.#listed.set(id, 'known');
    this.#run();
  }

  /** A task that is known, but for a part that lists may leave out. */
  addStale(id: string): void {
    this.#single.set(id, 'known');
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
    this.#listed.clear();
    this.#single.clear();
  }

  async #fetchAll(): Promise<void> {
    while (this.#listed.size + this.#single.size > 0) {
      const wanted = new Map(this.#listed);
      if (wanted.size > few) await this.#lookInList(wanted);
      for (const [id, why] of wanted) {
        if (this.#listed.delete(id) && !this.#single.has(id)) this.#single.set(id, why);
      }
      await this.#fetchSingle();
    }
  }

  /** Goes back through the list as far as the oldest that is wanted: IDs are sorted by time. */
  async #lookInList(wanted: Map<string, Why>): Promise<void> {
    let cursor: string | undefined;
    do {
      const limit = Math.min(pageSizes.most, Math.max(pageSizes.least, wanted.size));
      const page = await this.#sources.fetchPage(limit, cursor).catch(() => undefined);
      if (page === undefined) return;
      this.#sources.keep(page.tasks);
      for (const { id } of page.tasks) {
        this.#listed.delete(id);
        wanted.delete(id);
      }
      const last = page.tasks.at(-1)?.id ?? '';
      cursor = [...wanted.keys()].some((id) => id < last) ? page.cursor : undefined;
    } while (cursor !== undefined && wanted.size > few);
  }

  async #fetchSingle(): Promise<void> {
    for (const [id, why] of this.#single) {
      // What comes meanwhile by the hundred is looked for in the list first.
      if (this.#listed.size > few) return;
      this.#single.delete(id);
      if (why === 'unknown' && this.#sources.isKnown(id)) continue;
      // Gone, or the connection is: the next event of the task asks again.
      const task = await this.#sources.fetchOne(id).catch(() => undefined);
      if (task) this.#sources.keep([task]);
    }
  }
}
