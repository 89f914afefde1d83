import { DOCUMENT, NgTemplateOutlet } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  output,
  untracked,
} from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { AttemptError, Step, TaskEvent } from '../../../../contracts/task-event.ts';
import { type ApiError, compareCursors, isEnded } from '../../../../client/index.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Submissions } from '../submit/submissions.ts';
import { formatDuration } from '../ui/duration.ts';
import { Tasks } from '../live/tasks.ts';
import { formatBytes } from '../ui/bytes.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { Countdown } from '../ui/countdown.ts';
import { Icon } from '../ui/icon.ts';
import { JsonView } from '../ui/json-view.ts';
import { LargeValue } from '../ui/large-value.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { ProgressLine } from '../ui/progress-line.ts';
import { StateBadge } from '../ui/state-badge.ts';
import { stateLooks } from '../ui/state-look.ts';
import { type Tab, TabBar } from '../ui/tab-bar.ts';
import { waitWords } from '../ui/wait-words.ts';
import { AttemptErrors } from './attempt-errors.ts';
import { StateMachine } from './state-machine.ts';
import { TaskActions } from './task-actions.ts';
import { TaskFacts } from './task-facts.ts';
import { TaskLogs } from './task-logs.ts';
import { TaskPayload } from './task-payload.ts';
import { TaskSteps } from './task-steps.ts';
import { Timeline } from './timeline.ts';

/** Kinds of events after which an attempt's error or steps are to be read. */
const changesErrors: readonly string[] = ['retrying', 'dead-lettered', 'completed'];

/** One task: where it is, how it got there, what went in and what came out. */
@Component({
  selector: 'app-task-page',
  imports: [
    AttemptErrors,
    CopyButton,
    Countdown,
    Icon,
    JsonView,
    LargeValue,
    MatButton,
    NgTemplateOutlet,
    ProblemNote,
    ProgressLine,
    RouterLink,
    StateBadge,
    StateMachine,
    TabBar,
    TaskActions,
    TaskFacts,
    TaskLogs,
    TaskPayload,
    TaskSteps,
    Timeline,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './task-page.html',
  styleUrl: './task-page.scss',
  host: { '[class.narrow]': 'isBeside()' },
})
export class TaskPage {
  /** From the address. */
  readonly id = input.required<string>();
  /** Shown beside the list, in a narrow place of its own. */
  readonly isBeside = input(false);
  readonly closed = output();

  readonly #tasks = inject(Tasks);
  readonly #types = inject(TaskTypes);
  readonly #page = inject(DOCUMENT);
  readonly #submissions = inject(Submissions);
  protected readonly waits = waitWords;
  protected readonly task = computed(() => this.#tasks.byId().get(this.id()));
  protected readonly title = computed(() => this.#types.title(this.task()?.type ?? ''));
  protected readonly problem = linkedSignal<string, ApiError | undefined>({
    source: this.id,
    computation: () => undefined,
  });
  protected readonly events = linkedSignal<string, readonly TaskEvent[]>({ source: this.id, computation: () => [] });
  protected readonly failures = linkedSignal<string, readonly AttemptError[]>({
    source: this.id,
    computation: () => [],
  });
  protected readonly steps = linkedSignal<string, readonly Step[]>({ source: this.id, computation: () => [] });
  protected readonly link = () => `${this.#page.location.origin}/tasks/${this.id()}`;
  protected readonly curl = () => `curl '${this.#page.location.origin}/api/tasks/${this.id()}'`;
  protected readonly ownId = () => this.id();
  protected readonly resultAddress = computed(() => `/api/tasks/${this.id()}/result`);

  protected readonly due = computed(() => {
    const task = this.task();
    const at =
      task?.state === 'retrying' ? task.nextAttemptAt : task?.state === 'scheduled' ? task.scheduledFor : undefined;
    return at === undefined ? undefined : Date.parse(at);
  });

  protected readonly failureHeading = computed(() => {
    const { state, attempt = 0 } = this.task() ?? {};
    return state === 'dead-lettered'
      ? $localize`It failed for good after attempt ${attempt}:attempt:`
      : $localize`The last attempt failed`;
  });
  protected readonly isOver = computed(() => isEnded(this.task()?.state ?? 'queued'));
  protected readonly noResult = computed(() => {
    const task = this.task();
    if (task === undefined || !isEnded(task.state)) return $localize`The result appears here as soon as it is there.`;
    return $localize`There is no result: the task has not completed.`;
  });
  protected readonly tabs = computed((): readonly Tab[] => [
    { name: 'result', word: $localize`Result` },
    ...(this.task()?.archived === true ? [] : this.#tabsOfKept()),
  ]);
  readonly #tabsOfKept = (): readonly Tab[] => [
    { name: 'payload', word: $localize`Payload`, note: formatBytes(this.task()?.payloadBytes ?? 0) },
    { name: 'errors', word: $localize`Errors`, note: noteOf(this.failures().length) },
    { name: 'steps', word: $localize`Steps`, note: noteOf(this.steps().length) },
    { name: 'logs', word: $localize`Logs` },
  ];
  /** A dead letter is looked at for why it failed, anything else for what came of it. */
  protected readonly tab = linkedSignal((): string => {
    this.id();
    const { state, archived } = untracked(this.task) ?? {};
    return state === 'dead-lettered' && archived !== true ? 'errors' : 'result';
  });
  /** How long after the click the newest event of a task that was submitted here came in. */
  protected readonly seenAfter = computed(() => {
    const submission = this.#submissions.of(this.id());
    const last = submission?.received.at(-1);
    return submission && last && formatDuration(last.at - submission.clickedAt);
  });

  protected readonly dueColor = computed(() => stateLooks[this.task()?.state ?? 'scheduled'].color);

  constructor() {
    effect(() => {
      this.id();
      untracked(() => void this.load());
    });
    // What could not be fetched while nothing answered is fetched as soon as there is a connection.
    effect(() => {
      const isLive = this.#tasks.connection().kind === 'live';
      const { status = 404 } = untracked(this.problem) ?? {};
      if (isLive && (status === 0 || status >= 500)) untracked(() => void this.load());
    });
    // Events are missing for good: the timeline has to be fetched anew.
    this.#tasks.client.resets$.pipe(takeUntilDestroyed()).subscribe(() => void this.load());
    this.#tasks.client.events$.pipe(takeUntilDestroyed()).subscribe((events) => {
      this.#add(events);
      const isEndOfAttempt = events.some(({ taskId, kind }) => taskId === this.id() && changesErrors.includes(kind));
      // Its errors and steps are told by no event.
      if (isEndOfAttempt) void this.#loadTimeline(this.id()).catch(() => undefined);
    });
  }

  protected async load(): Promise<void> {
    const id = this.id();
    this.problem.set(undefined);
    try {
      const { archived } = await this.#tasks.client.load(id);
      if (archived !== true) await this.#loadTimeline(id);
    } catch (error) {
      if (id === this.id()) this.problem.set(error as ApiError);
    }
  }

  async #loadTimeline(id: string): Promise<void> {
    const { events, errors, steps } = await this.#tasks.client.api.getTimeline(id);
    if (id !== this.id()) return;
    this.failures.set([...errors].reverse());
    this.steps.set(steps);
    this.#add(events);
  }

  /** The timeline and the live events overlap: each cursor counts once. */
  #add(events: readonly TaskEvent[]): void {
    const own = events.filter(({ taskId, kind }) => taskId === this.id() && kind !== 'progress');
    if (own.length === 0) return;
    const known = new Map([...this.events(), ...own].map((event) => [event.cursor, event]));
    this.events.set([...known.values()].sort((a, b) => compareCursors(a.cursor, b.cursor)));
  }
}

const noteOf = (count: number) => (count === 0 ? '' : String(count));
