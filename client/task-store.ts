import { BehaviorSubject, Subject, type Observable } from 'rxjs';
import type { TaskEvent } from '../contracts/task-event.ts';
import type { Task } from '../contracts/task.ts';
import { applyEvent, isEnded, mergeFetched, type KnownTask } from './task-reducer.ts';

/** Calls back once, soon: a browser passes its animation frame, so that a burst is drawn once. */
export type Schedule = (flush: () => void) => void;

/** The tasks this client knows, kept up by events. Readers see a burst of changes as one. */
export class TaskStore {
  readonly #known = new Map<string, KnownTask>();
  readonly #tasks = new BehaviorSubject<ReadonlyMap<string, Task>>(new Map());
  readonly #incomplete = new Subject<readonly string[]>();
  readonly #schedule: Schedule;
  #queue: TaskEvent[] = [];
  #scheduled = false;

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  get tasks$(): Observable<ReadonlyMap<string, Task>> {
    return this.#tasks;
  }

  /** IDs of tasks whose events say less than the task: unknown ones, and results too large for an event. */
  get incomplete$(): Observable<readonly string[]> {
    return this.#incomplete;
  }

  get(id: string): Task | undefined {
    return this.#known.get(id)?.task;
  }

  /** Takes fetched tasks. */
  put(tasks: readonly Task[]): void {
    for (const task of tasks) this.#known.set(task.id, mergeFetched(this.#known.get(task.id), task));
    this.#changed();
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
    const incomplete = new Set<string>();
    for (const event of this.#queue) if (!this.#applied(event)) incomplete.add(event.taskId);
    this.#queue = [];
    this.#tasks.next(new Map([...this.#known].map(([id, { task }]) => [id, task])));
    if (incomplete.size > 0) this.#incomplete.next([...incomplete]);
  }

  #applied(event: TaskEvent): boolean {
    const known = this.#known.get(event.taskId);
    if (known === undefined) return false;
    this.#known.set(event.taskId, applyEvent(known, event));
    return event.kind !== 'completed' || event.result !== undefined;
  }
}
