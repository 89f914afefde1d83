import type { Task } from '../../../../contracts/task.ts';

/**
 * Keeps tasks in order, newest first, while they change many times a second: only those that have come anew are sorted in.
 * The map has the new ones last.
 */
export class NewestFirst {
  #ids: readonly string[] = [];

  of(tasks: ReadonlyMap<string, Task>): readonly Task[] {
    const come = [...tasks.values()].slice(this.#ids.length).sort(newestFirst);
    const known = this.#ids.flatMap((id) => tasks.get(id) ?? []);
    const isSound = known.length === this.#ids.length && known.length + come.length === tasks.size;
    const isInOrder = come.length === 0 || known.length === 0 || newestFirst(come.at(-1)!, known[0]!) < 0;
    const all = isSound && isInOrder ? [...come, ...known] : [...tasks.values()].sort(newestFirst);
    this.#ids = all.map(({ id }) => id);
    return all;
  }
}

/** IDs are time-sortable, so that they decide within one millisecond. */
function newestFirst(a: Task, b: Task): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
