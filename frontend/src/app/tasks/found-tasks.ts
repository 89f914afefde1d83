import { computed, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { Task, TaskPage } from '../../../../contracts/task.ts';
import type { ApiError } from '../../../../client/index.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { type Filter, matcher, toQuery } from './filter.ts';

export type FoundState =
  { readonly kind: 'loading' } | { readonly kind: 'ready' } | { readonly kind: 'failed'; readonly error: ApiError };

const firstPage = 100;
const nextPages = 500;

/** The tasks that fit a filter, newest first, live: pages from the server, kept up by what this page hears of. */
@Injectable()
export class FoundTasks {
  readonly #tasks = inject(Tasks);
  readonly #types = inject(TaskTypes);
  readonly #filter = signal<Filter | undefined>(undefined);
  readonly #state = signal<FoundState>({ kind: 'loading' });
  readonly state = this.#state.asReadonly();
  /** ID of the oldest task that was fetched, while older ones follow: what is known beyond it has holes. */
  readonly #cursor = signal<string | undefined>(undefined);
  /** Where the server had to look through many tasks for few that fit, a page can be short, and more follow all the same. */
  readonly hasMore = computed(() => this.#cursor() !== undefined);
  #asked = 0;
  #more: Promise<void> | undefined;

  /** For this filter; what was found of a task holds until the task changes. */
  readonly #fits = computed(() => {
    const fits = matcher(this.#filter() ?? {}, (type) => this.#types.title(type), Date.now());
    const known = new WeakMap<Task, boolean>();
    return (task: Task): boolean => {
      let found = known.get(task);
      if (found === undefined) known.set(task, (found = fits(task)));
      return found;
    };
  });
  readonly tasks = computed((): readonly Task[] => {
    const fits = this.#fits();
    const cursor = this.#cursor();
    return this.#tasks
      .newestFirst()
      .filter((task) => (cursor === undefined || task.id >= cursor) && task.archived !== true && fits(task));
  });

  constructor() {
    let wasLive = true;
    effect(() => {
      const isLive = this.#tasks.connection().kind === 'live';
      const isBack = isLive && !wasLive;
      wasLive = isLive;
      if (isBack && untracked(this.#state).kind === 'failed') untracked(() => void this.load());
    });
  }

  look(filter: Filter): void {
    this.#filter.set(filter);
    void this.load();
  }

  fits(task: Task): boolean {
    return untracked(this.#fits)(task);
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    this.#state.set({ kind: 'loading' });
    this.#cursor.set(undefined);
    await this.#take(asked, () => this.#find(firstPage));
  }

  /** Fetches the next older ones; calls that come while it does are one. */
  async loadMore(): Promise<void> {
    const cursor = this.#cursor();
    if (cursor === undefined) return;
    const asked = this.#asked;
    this.#more ??= this.#take(asked, () => this.#find(nextPages, cursor)).finally(() => (this.#more = undefined));
    await this.#more;
  }

  #find(limit: number, cursor?: string): Promise<TaskPage> {
    const query = toQuery(this.#filter() ?? {}, Date.now());
    return this.#tasks.client.find({ ...query, limit, ...(cursor !== undefined && { cursor }) });
  }

  /** An answer about a filter that is no longer asked for says nothing. */
  async #take(asked: number, find: () => Promise<TaskPage>): Promise<void> {
    try {
      const { cursor } = await find();
      if (asked !== this.#asked) return;
      this.#cursor.set(cursor);
      this.#state.set({ kind: 'ready' });
    } catch (error) {
      if (asked === this.#asked) this.#state.set({ kind: 'failed', error: error as ApiError });
    }
  }
}
