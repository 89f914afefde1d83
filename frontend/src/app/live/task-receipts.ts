import { DOCUMENT } from '@angular/common';
import { effect, inject, Injectable, signal, type Signal } from '@angular/core';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { isEnded } from '../../../../client/index.ts';
import { WatchedTasks } from '../frame/watched-tasks.ts';
import { Tasks } from './tasks.ts';

/** Tells the server that the end of a task has come in at this browser, and that somebody could see it. */
@Injectable({ providedIn: 'root' })
export class TaskReceipts {
  readonly #page = inject(DOCUMENT);
  readonly #client = inject(Tasks).client;
  readonly #watched = inject(WatchedTasks).ids;
  readonly #isLookedAt = signal(!this.#page.hidden);

  constructor() {
    this.#page.addEventListener('visibilitychange', () => this.#isLookedAt.set(!this.#page.hidden));
    this.#client.events$.subscribe((events) => {
      for (const { taskId, cursor, state } of events) {
        if (isEnded(state) && this.#watched().includes(taskId)) this.#client.acknowledge(taskId, cursor, 'delivered');
      }
    });
  }

  /** To be called in the constructor of a component that shows these events of one task. */
  show(events: Signal<readonly TaskEvent[]>): void {
    effect(() => {
      const end = events().findLast(({ state }) => isEnded(state));
      if (end === undefined || end !== events().at(-1)) return;
      this.#client.acknowledge(end.taskId, end.cursor, this.#isLookedAt() ? 'seen' : 'delivered');
    });
  }
}
