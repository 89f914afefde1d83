import { computed, inject, Injectable, signal } from '@angular/core';
import { Memory } from '../ui/memory.ts';
import { cleanFilter, type Filter } from './filter.ts';

export interface View {
  readonly name: string;
  readonly filter: Filter;
}

const storageKey = 'task-views';
const mostKept = 50;

const builtIn: readonly View[] = [
  { name: $localize`Everything`, filter: {} },
  { name: $localize`Under way`, filter: { state: 'queued,running,retrying' } },
  { name: $localize`In trouble`, filter: { state: 'retrying,dead-lettered' } },
  { name: $localize`Waiting for their time`, filter: { state: 'scheduled' } },
  { name: $localize`Done in the last day`, filter: { state: 'completed', from: '24h' } },
];

/** Filters by name: a few to begin with, and those that this person has saved in this browser. */
@Injectable({ providedIn: 'root' })
export class SavedViews {
  readonly #memory = inject(Memory);
  readonly #own = signal<readonly View[]>(read(this.#memory.read(storageKey)));
  readonly builtIn = builtIn;
  readonly own = this.#own.asReadonly();
  readonly all = computed(() => [...builtIn, ...this.#own()]);

  /** In place of one with the same name. */
  save(name: string, filter: Filter): void {
    const others = this.#own().filter((view) => view.name !== name);
    this.#keep([...others, { name, filter }].slice(-mostKept));
  }

  forget(name: string): void {
    this.#keep(this.#own().filter((view) => view.name !== name));
  }

  #keep(views: readonly View[]): void {
    this.#own.set(views);
    this.#memory.write(storageKey, JSON.stringify(views));
  }
}

function read(text: string | undefined): readonly View[] {
  try {
    const views = JSON.parse(text ?? '[]') as readonly View[];
    return views.flatMap(({ name, filter }) => (typeof name === 'string' ? { name, filter: cleanFilter(filter) } : []));
  } catch {
    return [];
  }
}
