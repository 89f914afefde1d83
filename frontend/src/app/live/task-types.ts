import { inject, Injectable, signal } from '@angular/core';
import type { TaskTypeInfo } from '../../../../contracts/task-type-info.ts';
import type { ApiError } from '../../../../client/index.ts';
import { serverText } from '../ui/server-text.ts';
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
      const types = await this.#api.listTaskTypes();
      this.#state.set({ kind: 'ready', types: types.map(inOurLanguage) });
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

function inOurLanguage({ title, description, schema, ...rest }: TaskTypeInfo): TaskTypeInfo {
  return {
    ...rest,
    title: serverText(title),
    ...(description !== undefined && { description: serverText(description) }),
    schema: titled(schema) as TaskTypeInfo['schema'],
  };
}

/** A JSON Schema with its titles and descriptions as this person reads them. */
function titled(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(titled);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([name, value]: [string, unknown]) => {
    const isText = (name === 'title' || name === 'description') && typeof value === 'string';
    return [name, isText ? serverText(value) : titled(value)] as const;
  });
  return Object.fromEntries(entries);
}
