import { computed, inject, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { Tasks } from '../live/tasks.ts';
import { WatchedTasks } from '../frame/watched-tasks.ts';
import { Memory } from '../ui/memory.ts';

/** When an event came in at this browser. */
export interface ReceivedEvent {
  readonly event: TaskEvent;
  /** Milliseconds since 1970, by the browser's clock. */
  readonly at: number;
}

/** A task submitted here, and what this browser saw of it. Times by the browser's clock. */
export interface Submission {
  readonly taskId: string;
  readonly clickedAt: number;
  readonly answeredAt: number;
  readonly received: readonly ReceivedEvent[];
}

const storageKey = 'submissions';
const kept = 5;
/** Events can come in before the answer that tells the task's ID. */
const recentlyReceived = 300;

/** The tasks submitted in this browser, latest first; remembered over a reload. */
@Injectable({ providedIn: 'root' })
export class Submissions {
  readonly #memory = inject(Memory);
  readonly #watched = inject(WatchedTasks);
  readonly #all = signal<readonly Submission[]>(parse(this.#memory.read(storageKey)));
  #recent: ReceivedEvent[] = [];
  readonly latest = computed(() => this.#all()[0]);

  constructor() {
    inject(Tasks)
      .client.events$.pipe(takeUntilDestroyed())
      .subscribe((events) => this.#receive(events));
  }

  /** What this browser saw of a task that was submitted here. */
  of(taskId: string): Submission | undefined {
    return this.#all().find((submission) => submission.taskId === taskId);
  }

  add(taskId: string, clickedAt: number, answeredAt: number): void {
    const received = this.#recent.filter(({ event }) => event.taskId === taskId);
    const others = this.#all().filter((submission) => submission.taskId !== taskId);
    this.#all.set([{ taskId, clickedAt, answeredAt, received: received.reduce(keep, []) }, ...others].slice(0, kept));
    this.#remember();
    this.#watched.watch(taskId);
  }

  #receive(events: readonly TaskEvent[]): void {
    const at = Date.now();
    const received = events.map((event) => ({ event, at }));
    this.#recent = [...this.#recent, ...received].slice(-recentlyReceived);
    const ids = new Set(events.map(({ taskId }) => taskId));
    if (!this.#all().some(({ taskId }) => ids.has(taskId))) return;
    this.#all.update((all) =>
      all.map((submission) => {
        const own = received.filter(({ event }) => event.taskId === submission.taskId);
        return own.length === 0 ? submission : { ...submission, received: own.reduce(keep, submission.received) };
      }),
    );
    if (events.some(({ kind }) => kind !== 'progress')) this.#remember();
  }

  #remember(): void {
    this.#memory.write(storageKey, JSON.stringify(this.#all()));
  }
}

/** Of progress only the newest is of use, and results are shown from the task. */
function keep(received: readonly ReceivedEvent[], { event, at }: ReceivedEvent): readonly ReceivedEvent[] {
  const others = event.kind === 'progress' ? received.filter(({ event: { kind } }) => kind !== 'progress') : received;
  return [...others, { event: { ...event, result: undefined }, at }];
}

function parse(text: string | undefined): readonly Submission[] {
  try {
    return JSON.parse(text ?? '[]') as readonly Submission[];
  } catch {
    return [];
  }
}
