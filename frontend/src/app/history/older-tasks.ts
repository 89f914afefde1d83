import { computed, inject, Injectable, signal } from '@angular/core';
import type { ApiError } from '../../../../client/index.ts';
import type { Task } from '../../../../contracts/task.ts';
import { Tasks } from '../live/tasks.ts';
import { type Filter, toQuery } from '../tasks/filter.ts';

const pageSize = 100;

/** What the history has that fits a filter, newest first, page by page. It changes too seldom to be kept up live. */
@Injectable()
export class OlderTasks {
  readonly #api = inject(Tasks).client.api;
  readonly #tasks = signal<readonly Task[]>([]);
  readonly #cursor = signal<string | undefined>(undefined);
  readonly #isLoading = signal(true);
  readonly #problem = signal<ApiError | undefined>(undefined);
  #filter: Filter = {};
  #asked = 0;

  readonly tasks = this.#tasks.asReadonly();
  readonly isLoading = this.#isLoading.asReadonly();
  readonly problem = this.#problem.asReadonly();
  /** A page can be short, and more follow all the same. */
  readonly hasMore = computed(() => this.#cursor() !== undefined);

  look(filter: Filter): void {
    this.#filter = filter;
    this.#tasks.set([]);
    this.#cursor.set(undefined);
    void this.loadMore();
  }

  async loadMore(): Promise<void> {
    const asked = ++this.#asked;
    const cursor = this.#cursor();
    this.#isLoading.set(true);
    this.#problem.set(undefined);
    try {
      const query = { ...toQuery(this.#filter, Date.now()), limit: pageSize };
      const page = await this.#api.listHistory({ ...query, ...(cursor !== undefined && { cursor }) });
      if (asked !== this.#asked) return;
      this.#tasks.update((tasks) => [...tasks, ...page.tasks]);
      this.#cursor.set(page.cursor);
    } catch (error) {
      if (asked === this.#asked) this.#problem.set(error as ApiError);
    }
    if (asked === this.#asked) this.#isLoading.set(false);
  }
}
