import { inject, Injectable, signal } from '@angular/core';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Tasks } from './tasks.ts';

export type TaskTypesState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly types: readonly TaskTypeInfo[] }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** The kinds of task there are, fetched once. */
@Injectable({ providedIn: 'root' })
export class TaskTypes {
  readonly #api = inject(Tasks).client.api;
  readonly #state = signal<TaskTypesState>({ kind: 'loading' });
  readonly state = this.#state.asReadonly();

  constructor() {
    void this.load();
  }

  async load(): Promise<void> {
    this.#state.set({ kind: 'loading' });
    try {
      this.#state.set({ kind: 'ready', types: await this.#api.listTaskTypes() });
    } catch (error) {
      this.#state.set({ kind: 'failed', error: error as ApiError });
    }
  }

  /** The title of a type, or its name while titles are not known. */
  title(name: string): string {
    const state = this.#state();
    return (state.kind === 'ready' && state.types.find((type) => type.name === name)?.title) || name;
  }
}
