import { BreakpointObserver } from '@angular/cdk/layout';
import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { map } from 'rxjs';
import type { JsonPatch } from '../../../../contracts/replay.ts';
import type { SubmitTask } from '../../../../contracts/submit.ts';
import type { TaskState } from '../../../../contracts/task-states.ts';
import type { Task } from '../../../../contracts/task.ts';
import { type ApiError, isEnded } from '../../../../client/index.ts';
import { type Command, Commands } from '../frame/commands.ts';
import { Toasts } from '../frame/toasts.ts';
import { WatchedTasks } from '../frame/watched-tasks.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { stateLooks } from '../ui/state-look.ts';
import { WhyNot } from '../ui/why-not.ts';
import { EditReplay } from './edit-replay.ts';
import { type FoldedAction, FoldedActions } from './folded-actions.ts';
import { Reschedule } from './reschedule.ts';

interface Refusal {
  readonly heading: string;
  readonly detail: string;
}

const narrow = '(width < 600px)';

/** Why a task that has ended cannot be cancelled. */
const endings: Partial<Record<TaskState, string>> = {
  completed: $localize`It has completed.`,
  'dead-lettered': $localize`It has ended in the dead letters.`,
  cancelled: $localize`It is cancelled already.`,
  expired: $localize`It has expired.`,
};

/** What can be done with a task; what its state forbids says why. */
@Component({
  selector: 'app-task-actions',
  imports: [EditReplay, FoldedActions, Icon, MatButton, ProblemNote, Reschedule, WhyNot],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './task-actions.html',
  styleUrl: './task-actions.scss',
})
export class TaskActions {
  readonly task = input.required<Task>();
  readonly #client = inject(Tasks).client;
  readonly #router = inject(Router);
  readonly #toasts = inject(Toasts);
  readonly #watched = inject(WatchedTasks);
  readonly #media = inject(BreakpointObserver);
  readonly #id = computed(() => this.task().id);
  protected readonly busy = linkedSignal<string, boolean>({ source: this.#id, computation: () => false });
  /** A signal of its own: whatever else a live update changes leaves open what somebody opened. */
  readonly #idAndState = computed(() => `${this.#id()} ${this.task().state}`);
  /** Said of the state the task was in: "not cancelled" would be wrong of one that is. */
  protected readonly refusal = linkedSignal<string, Refusal | undefined>({
    source: this.#idAndState,
    computation: () => undefined,
  });
  /** What is opened below the buttons. */
  protected readonly open = linkedSignal<string, 'edit' | 'reschedule' | undefined>({
    source: this.#idAndState,
    computation: () => undefined,
  });
  protected readonly isPending = computed(() => !isEnded(this.task().state));
  /** A dead letter is replayed instead. */
  protected readonly canSubmitAgain = computed(() => !this.isPending() && this.task().state !== 'dead-lettered');
  protected readonly isWatched = computed(() => this.#watched.ids().includes(this.#id()));
  /** Empty where it can. */
  protected readonly whyNotCancel = computed(() => endings[this.task().state] ?? '');
  protected readonly whyNotReplay = computed(() =>
    this.task().state === 'dead-lettered' ? '' : $localize`Only a dead letter can be replayed.`,
  );
  protected readonly whyNotReschedule = computed(() =>
    this.task().state === 'scheduled' ? '' : $localize`Only a scheduled task can be given another time.`,
  );
  /** There, what is forbidden goes into a menu. */
  protected readonly isNarrow = toSignal(this.#media.observe(narrow).pipe(map(({ matches }) => matches)), { initialValue: this.#media.isMatched(narrow) }); // prettier-ignore
  protected readonly folded = computed((): readonly FoldedAction[] =>
    [
      { word: $localize`Cancel the task`, whyNot: this.whyNotCancel() },
      { word: $localize`Edit and replay`, whyNot: this.whyNotReplay() },
      { word: $localize`Replay`, whyNot: this.whyNotReplay() },
    ].filter(({ whyNot }) => whyNot !== ''),
  );
  protected readonly patch = signal<JsonPatch | undefined>(undefined);

  constructor() {
    inject(Commands).offer(
      computed((): readonly Command[] => [
        {
          title: $localize`Cancel this task`,
          icon: 'dash',
          unavailable: this.whyNotCancel(),
          run: () => this.cancel(),
        },
        { title: $localize`Replay this task`, icon: 'retry', unavailable: this.whyNotReplay(), run: () => this.replay() }, // prettier-ignore
        { title: $localize`Edit the payload and replay`, icon: 'edit', keys: 'e', unavailable: this.whyNotReplay(), run: () => this.open.set('edit') }, // prettier-ignore
        ...(this.canSubmitAgain() ? [{ title: $localize`Submit this task again`, icon: 'submit' as const, run: () => this.submitAgain() }] : []), // prettier-ignore
        { title: $localize`Give this task another time`, icon: 'clock', unavailable: this.whyNotReschedule(), run: () => this.open.set('reschedule') }, // prettier-ignore
      ]),
    );
  }

  protected toggle(what: 'edit' | 'reschedule'): void {
    this.open.update((open) => (open === what ? undefined : what));
  }

  protected watch(): void {
    if (this.isWatched()) this.#watched.unwatch(this.#id());
    else this.#watched.watch(this.#id());
  }

  protected async cancel(): Promise<void> {
    if (this.whyNotCancel() === '') await this.#ask($localize`It was not cancelled`, (id) => this.#client.cancel(id));
  }

  protected async replay(patch?: JsonPatch): Promise<void> {
    if (this.whyNotReplay() !== '') return;
    const act = patch === undefined ? (id: string) => this.#client.replay(id) : (id: string) => this.#client.api.replay(id, patch); // prettier-ignore
    await this.#ask($localize`It was not replayed`, act);
  }

  /** What it was given once more, as a task of its own: the way back from a task cancelled by mistake, too. */
  protected async submitAgain(): Promise<void> {
    await this.#ask($localize`It was not submitted again`, async (id) => {
      const payload = await this.#client.api.getPayload(id);
      const { id: next } = await this.#client.submit({ ...repeatable(this.task(), Date.now()), payload });
      this.#toasts.show($localize`Submitted again: this is the new task.`, { tone: 'success' });
      await this.#router.navigate(['/tasks', next]);
    });
  }

  /** @param scheduledFor null for now */
  protected async reschedule(scheduledFor: string | null): Promise<void> {
    await this.#ask($localize`It was not given another time`, (id) => this.#client.reschedule(id, scheduledFor));
  }

  async #ask(heading: string, act: (id: string) => Promise<unknown>): Promise<void> {
    if (this.busy()) return;
    const id = this.#id();
    this.busy.set(true);
    this.refusal.set(undefined);
    try {
      await act(id);
      if (id === this.#id()) this.open.set(undefined);
    } catch (error) {
      await this.#explain(id, heading, error as ApiError);
    } finally {
      if (id === this.#id()) this.busy.set(false);
    }
  }

  /** A page that did not know yet what has become of the task learns it now. */
  async #explain(id: string, heading: string, { code, message, errors }: ApiError): Promise<void> {
    const faults = errors.map(({ pointer, detail }) => `${pointer}: ${detail}`);
    const detail = [message, ...faults].join(' ');
    if (code !== 'conflict') return this.#refuse(id, { heading, detail });
    const now = await this.#client.load(id).catch(() => undefined);
    const state = now && stateLooks[now.state].word;
    this.#refuse(id, {
      heading,
      detail:
        state === undefined ? detail : $localize`${detail}:reason: What you see now is how it stands: ${state}:state:.`,
    });
  }

  #refuse(id: string, refusal: Refusal): void {
    if (id === this.#id()) this.refusal.set(refusal);
  }
}

/** What a task was submitted with, as far as it tells. @param now milliseconds since 1970 */
function repeatable(task: Task, now: number): SubmitTask {
  const { type, tags, priority, delivery, maxAttempts, orderingKey, concurrencyKey, scheduledFor } = task;
  return {
    type,
    tags,
    priority,
    delivery,
    maxAttempts,
    ...(orderingKey !== undefined && { orderingKey }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(scheduledFor !== undefined && Date.parse(scheduledFor) > now && { scheduledFor }),
  };
}
