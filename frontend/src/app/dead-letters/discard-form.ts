import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import type { Discarded } from '../../../../contracts/dead-letters.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';
import { Icon } from '../ui/icon.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import type { Selection } from './replay-planner.ts';
import { ShownNumber } from '../ui/number.ts';

const longestReason = 500;

/** Takes dead letters off the list, with a reason, once it is confirmed. */
@Component({
  selector: 'app-discard-form',
  imports: [Icon, MatButton, MatIconButton, ProblemNote, ShownNumber],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'card', role: 'region', 'aria-labelledby': 'discard' },
  template: `
    <header>
      <h2 id="discard" i18n>
        Discard {count(), plural, =1 {one dead letter} other {{{ count() | shownNumber }} dead letters}}
      </h2>
      <button matIconButton type="button" aria-label="Close" i18n-aria-label (click)="closed.emit()">
        <app-icon name="close" />
      </button>
    </header>
    @if (done(); as done) {
      <p role="status" i18n>
        {{ done.discarded | shownNumber }} discarded,
        {done.refused, plural, =1 {1 left as it was} other {{{ done.refused | shownNumber }} left as they were}}.
      </p>
      <p class="muted" i18n>Each of them can still be replayed from its own page until it is forgotten.</p>
    } @else {
      <p i18n>
        They leave this list, and tasks that wait behind them with the same ordering key pass. There is no undo for all
        at once: until they are forgotten, each can be replayed from its own page.
      </p>
      <label for="discard-reason" i18n>Reason</label>
      <textarea
        id="discard-reason"
        rows="2"
        [attr.maxlength]="longestReason"
        [value]="reason()"
        #text
        (input)="reason.set(text.value)"
        aria-describedby="discard-hint"
      ></textarea>
      <p id="discard-hint" class="muted" i18n>Kept on each task, with your name and the time.</p>
      <label class="choice">
        <input type="checkbox" [checked]="isSure()" (change)="isSure.set(sure.checked)" #sure />
        <ng-container i18n>Yes, discard them</ng-container>
      </label>
      @if (problem(); as problem) {
        <app-problem-note heading="Not all were discarded" i18n-heading [detail]="problem.message" />
      }
      <footer>
        <p class="muted">{{ whyNot() }}</p>
        <button
          matButton="filled"
          class="danger"
          type="button"
          disabledInteractive
          [disabled]="whyNot() !== '' || busy()"
          (click)="discard()"
          i18n
        >
          Discard
        </button>
      </footer>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
      padding: 16px 20px 20px;
      border-color: var(--state-dead-lettered);
    }
    header,
    footer {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      align-items: center;
      justify-content: space-between;
    }
    header {
      margin: -4px -8px -4px 0;
      flex-wrap: nowrap;
    }
    header button {
      display: grid;
      place-items: center;
    }
    label[for] {
      font-weight: 550;
    }
    textarea {
      width: 100%;
      padding: 10px 12px;
      border: 1px solid var(--line-field);
      border-radius: var(--radius-small);
      background: var(--surface);
      color: inherit;
      font: inherit;
    }
    .danger {
      --mat-button-filled-container-color: var(--state-dead-lettered);
      --mat-button-filled-label-text-color: var(--surface);
    }
  `,
})
export class DiscardForm {
  readonly selection = input.required<Selection>();
  readonly count = input.required<number>();
  readonly closed = output();
  /** So that the page shows what is left. */
  readonly discarded = output();
  readonly #api = inject(Tasks).client.api;
  protected readonly longestReason = longestReason;
  protected readonly reason = signal('');
  protected readonly isSure = signal(false);
  protected readonly busy = signal(false);
  protected readonly done = signal<Discarded | undefined>(undefined);
  protected readonly problem = signal<ApiError | undefined>(undefined);
  protected readonly whyNot = computed(() => {
    if (this.reason().trim() === '') return $localize`Say why first.`;
    return this.isSure() ? '' : $localize`Tick the box first.`;
  });

  protected async discard(): Promise<void> {
    if (this.whyNot() !== '' || this.busy()) return;
    this.busy.set(true);
    this.problem.set(undefined);
    try {
      this.done.set(await this.#api.discardDeadLetters({ ...this.selection(), reason: this.reason().trim() }));
      this.discarded.emit();
    } catch (error) {
      this.problem.set(error as ApiError);
    } finally {
      this.busy.set(false);
    }
  }
}
