import { computed, signal } from '@angular/core';

/** Which tasks are chosen: some by ID, or all that the filter fits, known here or not. */
export class Selection {
  readonly #ids = signal<ReadonlySet<string>>(new Set());
  readonly #isAll = signal(false);
  /** The one chosen last: shift chooses from here. */
  #last: string | undefined;

  readonly ids = this.#ids.asReadonly();
  readonly isAll = this.#isAll.asReadonly();
  readonly isEmpty = computed(() => !this.#isAll() && this.#ids().size === 0);

  has(id: string): boolean {
    return this.#isAll() || this.#ids().has(id);
  }

  toggle(id: string): void {
    const ids = new Set(this.#ids());
    if (!ids.delete(id)) ids.add(id);
    this.#set(ids);
    this.#last = id;
  }

  /** Chooses all between the one chosen last and this one. @param order the IDs as they stand in the list */
  extendTo(id: string, order: readonly string[]): void {
    const [from, to] = [order.indexOf(this.#last ?? id), order.indexOf(id)].sort((a, b) => a - b) as [number, number];
    if (from < 0) return this.toggle(id);
    this.#set(new Set([...this.#ids(), ...order.slice(from, to + 1)]));
    this.#last = id;
  }

  put(ids: Iterable<string>): void {
    this.#set(new Set(ids));
  }

  /** Also those that have not been fetched. */
  chooseAll(): void {
    this.#isAll.set(true);
  }

  clear(): void {
    this.#set(new Set());
    this.#last = undefined;
  }

  #set(ids: ReadonlySet<string>): void {
    this.#isAll.set(false);
    this.#ids.set(ids);
  }
}
