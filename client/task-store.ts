import { BehaviorSubject, firstValueFrom, skip, Subject, type Observable } from 'rxjs';
import type { TaskEvent } from '../contracts/task-event.ts';
import type { Task } from '../contracts/task.ts';
import { applyEvent, isEnded, mergeFetched, type KnownTask } from './task-reducer.ts';

/** Calls back once, soon: a browser passes its animation frame, so that a burst is drawn once. */
export type Schedule = (flush: () => void) => void;

export interface Incomplete {
  readonly id: string;
  /** Never fetched, or changed in what its event does not carry. */
  readonly why: 'unknown' | 'truncated';
}

/** The tasks this client knows, kept up by events. Readers see a burst of changes as one. */
export class TaskStore {
  readonly #known = new Map<string, KnownTask>();
  /** What tasks are shown as while the API has not yet answered. */
  readonly #guesses = new Map<string, Partial<Task>>();
  readonly #tasks = new BehaviorSubject<ReadonlyMap<string, Task>>(new Map());
  /** Shown otherwise than before. */
  readonly #touched = new Set<string>();
  readonly #incomplete = new Subject<Incomplete>();
  readonly #schedule: Schedule;
  #queue: TaskEvent[] = [];
  #scheduled = false;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  get tasks$(): Observable<ReadonlyMap<string, Task>> {
    return this.#tasks;
  }

  /** Tasks whose events say less than the task. */
  get incomplete$(): Observable<Incomplete> {
    return this.#incomplete;
  }

  get(id: string): Task | undefined {
    return this.#known.get(id)?.task;
  }

  /** Resolves when readers have seen all that was taken so far. */
  async drawn(): Promise<void> {
    if (this.#scheduled) await firstValueFrom(this.#tasks.pipe(skip(1)));
  }

  /** Takes fetched tasks. */
  put(tasks: readonly Task[]): void {
    for (const task of tasks) this.#keep(task.id, mergeFetched(this.#known.get(task.id), task));
    this.#changed();
  }

  /** Shows a task as it will soon be, until the returned function is called or an event tells how it is. */
  guess(id: string, changes: Partial<Task>): () => void {
    this.#guesses.set(id, changes);
    this.#touched.add(id);
    this.#changed();
    return () => {
      if (this.#guesses.get(id) === changes) this.#guesses.delete(id);
      this.#touched.add(id);
      this.#changed();
    };
  }

  /** IDs of the tasks that may still change. */
  openIds(): string[] {
    return [...this.#known.values()].filter(({ task }) => !isEnded(task.state)).map(({ task }) => task.id);
  }

  /** Takes events in the order of their cursors. */
  apply(events: readonly TaskEvent[]): void {
    this.#queue.push(...events);
    this.#changed();
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const incomplete = this.#queue.flatMap((event) => this.#apply(event) ?? []);
    this.#queue = [];
    this.#tasks.next(this.#redrawn());
    for (const task of incomplete) this.#incomplete.next(task);
  }

  /** A copy in which only what was touched is made anew: there may be ten thousand others. */
  #redrawn(): ReadonlyMap<string, Task> {
    const tasks = new Map(this.#tasks.value);
    for (const id of this.#touched) {
      const known = this.#known.get(id);
      if (known !== undefined) tasks.set(id, this.#shown(known.task));
    }
    this.#touched.clear();
    return tasks;
  }

  #keep(id: string, known: KnownTask): void {
    this.#known.set(id, known);
    this.#touched.add(id);
  }

  #shown(task: Task): Task {
    const guess = this.#guesses.get(task.id);
    return guess === undefined ? task : { ...task, ...guess };
  }

  #apply(event: TaskEvent): Incomplete | undefined {
    const id = event.taskId;
    const known = this.#known.get(id);
    // Progress of a task that nobody has asked for is not worth a request; its next state is.
    if (known === undefined) return event.kind === 'progress' ? undefined : { id, why: 'unknown' };
    this.#keep(id, applyEvent(known, event));
    if (event.kind !== 'progress') this.#guesses.delete(id);
    return saysLess(event) ? { id, why: 'truncated' } : undefined;
  }
}

/** A result may be too large for its event, and a replay raises `maxAttempts`. */
function saysLess({ kind, result }: TaskEvent): boolean {
  return kind === 'replayed' || (kind === 'completed' && result === undefined);
}
