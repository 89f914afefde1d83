import { computed, inject, Injectable, signal } from '@angular/core';
import type { ApiError } from '../../../../client/index.ts';
import type { Task, TaskPage } from '../../../../contracts/task.ts';
import { Tasks } from '../live/tasks.ts';
import { type Filter, toQuery } from '../tasks/filter.ts';

const pageSize = 100;
/** A request looks at 2,000 tasks: where so many in a row find nothing that fits, a person says whether to look further back. */
const mostBarren = 4;

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
    const isWanted = () => asked === this.#asked;
    this.#isLoading.set(true);
    this.#problem.set(undefined);
    try {
      await this.#find(isWanted);
    } catch (error) {
      if (isWanted()) this.#problem.set(error as ApiError);
    }
    if (isWanted()) this.#isLoading.set(false);
  }

  async #find(isWanted: () => boolean): Promise<void> {
    for (let barren = 0; barren < mostBarren; barren += 1) {
      const page = await this.#nextPage();
      if (!isWanted()) return;
      this.#tasks.update((tasks) => [...tasks, ...page.tasks]);
      this.#cursor.set(page.cursor);
      if (page.tasks.length > 0 || page.cursor === undefined) return;
    }
  }

  #nextPage(): Promise<TaskPage> {
    const cursor = this.#cursor();
    const query = { ...toQuery(this.#filter, Date.now()), limit: pageSize };
    return this.#api.listHistory({ ...query, ...(cursor !== undefined && { cursor }) });
  }
}
