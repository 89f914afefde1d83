import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { TaskState } from '../../../../contracts/task-states.ts';
import type { Task } from '../../../../contracts/task.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';
import { ProblemNote } from '../ui/problem-note.ts';

interface Refusal {
  readonly heading: string;
  readonly detail: string;
}

/** Why a task that has ended cannot be cancelled. */
const endings: Partial<Record<TaskState, string>> = {
  completed: 'It has completed.',
  'dead-lettered': 'It has ended in the dead letters.',
  cancelled: 'It is cancelled already.',
  expired: 'It has expired.',
};

/** What can be done with a task; what its state forbids says why. */
@Component({
  selector: 'app-task-actions',
  imports: [MatButton, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="row">
      <p class="why muted">
        <span id="why-not-cancel">{{ whyNotCancel() }}</span>
        <span id="why-not-replay">{{ whyNotReplay() }}</span>
      </p>
      <button
        matButton="outlined"
        type="button"
        disabledInteractive
        aria-describedby="why-not-cancel"
        [title]="whyNotCancel()"
        [disabled]="whyNotCancel() !== '' || busy()"
        (click)="cancel()"
      >
        Cancel the task
      </button>
      <button
        [matButton]="task().state === 'dead-lettered' ? 'filled' : 'outlined'"
        type="button"
        disabledInteractive
        aria-describedby="why-not-replay"
        [title]="whyNotReplay() || 'Sends it on its way again, with as many attempts as it had at first.'"
        [disabled]="whyNotReplay() !== '' || busy()"
        (click)="replay()"
      >
        Replay
      </button>
    </div>
    @if (refusal(); as refusal) {
      <app-problem-note [heading]="refusal.heading" [detail]="refusal.detail" />
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 12px;
    }
    .row {
      display: flex;
      flex-wrap: wrap;
      gap: 8px 12px;
      align-items: center;
      justify-content: end;
    }
    .why {
      display: flex;
      flex-wrap: wrap;
      gap: 0 6px;
      justify-content: end;
      font-size: 13px;
    }
    button {
      flex: none;
      white-space: nowrap;
    }
  `,
})
export class TaskActions {
  readonly task = input.required<Task>();
  readonly #client = inject(Tasks).client;
  readonly #id = computed(() => this.task().id);
  protected readonly busy = linkedSignal<string, boolean>({ source: this.#id, computation: () => false });
  protected readonly refusal = linkedSignal<string, Refusal | undefined>({
    source: this.#id,
    computation: () => undefined,
  });
  /** Empty where it can. */
  protected readonly whyNotCancel = computed(() => endings[this.task().state] ?? '');
  protected readonly whyNotReplay = computed(() =>
    this.task().state === 'dead-lettered' ? '' : 'Only a dead letter can be replayed.',
  );

  protected async cancel(): Promise<void> {
    if (this.whyNotCancel() === '') await this.#ask('It was not cancelled', (id) => this.#client.cancel(id));
  }

  protected async replay(): Promise<void> {
    if (this.whyNotReplay() === '') await this.#ask('It was not replayed', (id) => this.#client.replay(id));
  }

  async #ask(heading: string, act: (id: string) => Promise<unknown>): Promise<void> {
    if (this.busy()) return;
    const id = this.#id();
    this.busy.set(true);
    this.refusal.set(undefined);
    try {
      await act(id);
    } catch (error) {
      if (id === this.#id()) this.refusal.set({ heading, detail: (error as ApiError).message });
    } finally {
      if (id === this.#id()) this.busy.set(false);
    }
  }
}
