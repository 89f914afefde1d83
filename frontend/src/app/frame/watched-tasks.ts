import { effect, inject, Injectable, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { Task } from '../../../../contracts/task.ts';
import { isEnded } from '../../../../client/index.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { isolated } from '../ui/isolated.ts';
import { Memory } from '../ui/memory.ts';
import { stateLooks } from '../ui/state-look.ts';
import { Notifications } from './notifications.ts';
import { Toasts } from './toasts.ts';

const storageKey = 'watched-tasks';
/** The oldest are let go first. */
const mostWatched = 100;
/** Characters of what a task is about, in a toast. */
const mostOfAbout = 60;

/** Tasks whose end this person wants to be told of, wherever in the app (or away from it) they are then. */
@Injectable({ providedIn: 'root' })
export class WatchedTasks {
  readonly #memory = inject(Memory);
  readonly #tasks = inject(Tasks);
  readonly #types = inject(TaskTypes);
  readonly #toasts = inject(Toasts);
  readonly #notifications = inject(Notifications);
  readonly #router = inject(Router);
  readonly #ids = signal<readonly string[]>(this.#read());
  readonly ids = this.#ids.asReadonly();

  constructor() {
    effect(() => {
      const known = this.#tasks.byId();
      for (const id of this.#ids()) {
        const task = known.get(id);
        if (task !== undefined && isEnded(task.state)) this.#tell(task);
      }
    });
    // A task that ended while the app was closed, or that is too old for the list.
    for (const id of this.#ids()) void this.#tasks.client.load(id).catch(() => this.unwatch(id));
  }

  watch(id: string): void {
    if (!this.#ids().includes(id)) this.#keep([...this.#ids(), id].slice(-mostWatched));
  }

  unwatch(id: string): void {
    this.#keep(this.#ids().filter((one) => one !== id));
  }

  #tell(task: Task): void {
    this.unwatch(task.id);
    const text = $localize`${this.#name(task)}:taskType:: ${stateLooks[task.state].word}:state:`;
    const show = () => this.#router.navigate(['/tasks', task.id]);
    this.#notifications.show(text, { tag: task.id, ...(task.error && { body: task.error.message }), open: show });
    if (this.#isInSight(task.id)) return;
    const tone = task.state === 'completed' ? 'success' : task.state === 'dead-lettered' ? 'problem' : 'info';
    this.#toasts.show(text, { tone, action: { word: $localize`Show`, run: show } });
  }

  /** Its type alone would leave open which of several it was; what it is about may be written in either direction. */
  #name({ type, about = '' }: Task): string {
    const title = this.#types.title(type);
    const short = about.length > mostOfAbout ? `${about.slice(0, mostOfAbout)}…` : about;
    return short === '' ? title : `${title} · ${isolated(short)}`;
  }

  /** On its own page, and on the one it was submitted on, it is plain to see. */
  #isInSight(id: string): boolean {
    return this.#router.url.startsWith(`/tasks/${id}`) || this.#router.url.startsWith('/submit');
  }

  #keep(ids: readonly string[]): void {
    this.#ids.set(ids);
    this.#memory.write(storageKey, JSON.stringify(ids));
  }

  #read(): readonly string[] {
    try {
      const ids: unknown = JSON.parse(this.#memory.read(storageKey) ?? '[]');
      return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
    } catch {
      return [];
    }
  }
}
