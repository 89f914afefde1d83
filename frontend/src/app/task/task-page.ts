import { DOCUMENT } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  untracked,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { TaskEvent } from '../../../../contracts/task-event.ts';
import { type ApiError, compareCursors } from '../../../../client/index.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { Countdown } from '../ui/countdown.ts';
import { Icon } from '../ui/icon.ts';
import { JsonView } from '../ui/json-view.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { ProgressLine } from '../ui/progress-line.ts';
import { StateBadge } from '../ui/state-badge.ts';
import { stateLooks } from '../ui/state-look.ts';
import { TaskActions } from './task-actions.ts';
import { TaskFacts } from './task-facts.ts';
import { TaskPayload } from './task-payload.ts';
import { Timeline } from './timeline.ts';

/** One task: where it is, how it got there, what went in and what came out. */
@Component({
  selector: 'app-task-page',
  imports: [
    CopyButton,
    Countdown,
    Icon,
    JsonView,
    MatButton,
    ProblemNote,
    ProgressLine,
    RouterLink,
    StateBadge,
    TaskActions,
    TaskFacts,
    TaskPayload,
    Timeline,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './task-page.html',
  styleUrl: './task-page.scss',
})
export class TaskPage {
  /** From the address. */
  readonly id = input.required<string>();

  readonly #tasks = inject(Tasks);
  readonly #types = inject(TaskTypes);
  readonly #page = inject(DOCUMENT);
  protected readonly task = computed(() => this.#tasks.byId().get(this.id()));
  protected readonly title = computed(() => this.#types.title(this.task()?.type ?? ''));
  protected readonly problem = linkedSignal<string, ApiError | undefined>({
    source: this.id,
    computation: () => undefined,
  });
  protected readonly events = linkedSignal<string, readonly TaskEvent[]>({ source: this.id, computation: () => [] });
  protected readonly link = () => this.#page.location.href;
  protected readonly ownId = () => this.id();

  protected readonly due = computed(() => {
    const task = this.task();
    const at =
      task?.state === 'retrying' ? task.nextAttemptAt : task?.state === 'scheduled' ? task.scheduledFor : undefined;
    return at === undefined ? undefined : Date.parse(at);
  });

  protected readonly dueColor = computed(() => stateLooks[this.task()?.state ?? 'scheduled'].color);

  constructor() {
    effect(() => {
      this.id();
      untracked(() => void this.load());
    });
    this.#tasks.client.events$.pipe(takeUntilDestroyed()).subscribe((events) => this.#add(events));
  }

  protected async load(): Promise<void> {
    const id = this.id();
    this.problem.set(undefined);
    try {
      await this.#tasks.client.load(id);
      const { events } = await this.#tasks.client.api.getTimeline(id);
      if (id === this.id()) this.#add(events);
    } catch (error) {
      if (id === this.id()) this.problem.set(error as ApiError);
    }
  }

  /** The timeline and the live events overlap: each cursor counts once. */
  #add(events: readonly TaskEvent[]): void {
    const own = events.filter(({ taskId, kind }) => taskId === this.id() && kind !== 'progress');
    if (own.length === 0) return;
    const known = new Map([...this.events(), ...own].map((event) => [event.cursor, event]));
    this.events.set([...known.values()].sort((a, b) => compareCursors(a.cursor, b.cursor)));
  }
}
