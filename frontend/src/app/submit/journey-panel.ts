import { ChangeDetectionStrategy, Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TaskReceipts } from '../live/task-receipts.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { StateBadge } from '../ui/state-badge.ts';
import { stateLooks } from '../ui/state-look.ts';
import { journeyOf, noJourney } from './journey.ts';
import { JourneyPicture } from './journey-picture.ts';
import { JourneySteps } from './journey-steps.ts';
import { Submissions } from './submissions.ts';

/** The way of the task submitted last, from the click and back to the screen. */
@Component({
  selector: 'app-journey-panel',
  imports: [JourneyPicture, JourneySteps, RouterLink, StateBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'card', role: 'region', 'aria-labelledby': 'way' },
  template: `
    <header>
      <h2 i18n id="way">The way of your task</h2>
      @if (task(); as task) {
        <app-state-badge [state]="task.state" />
        <a class="open" [routerLink]="['/tasks', task.id]">{{ title() }}</a>
      }
    </header>
    <app-journey-picture [journey]="journey()" [task]="task()" />
    @if (submission()) {
      <app-journey-steps [journey]="journey()" [task]="task()" />
    } @else {
      <p i18n class="muted teach">Submit a task, and each hop lights up as it happens, with the time it took.</p>
    }
    <p class="visually-hidden" aria-live="polite">{{ news() }}</p>
  `,
  styles: `
    :host {
      display: block;
      padding: 16px 24px 20px;
      scroll-margin-top: calc(var(--top-bar) + 12px);
    }
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px 12px;
      min-height: 32px;
    }
    .open {
      margin-left: auto;
      font-weight: 500;
    }
    .teach {
      padding-top: 8px;
      text-align: center;
    }
    @media (width < 1000px) {
      :host {
        padding: 12px 16px 16px;
      }
    }
  `,
})
export class JourneyPanel {
  readonly #tasks = inject(Tasks);
  readonly #types = inject(TaskTypes);
  protected readonly submission = inject(Submissions).latest;
  protected readonly task = computed(() => this.#tasks.byId().get(this.submission()?.taskId ?? ''));
  protected readonly title = computed(() => this.#types.title(this.task()?.type ?? ''));
  protected readonly journey = computed(() => {
    const submission = this.submission();
    return submission === undefined ? noJourney : journeyOf(submission, this.task());
  });
  /** Said to a screen reader: changes of state, not every percent. */
  protected readonly news = computed(() => {
    const state = this.task()?.state;
    if (state === undefined) return '';
    const attempt = state === 'retrying' ? `, attempt ${this.task()?.attempt} failed` : '';
    return `${this.title()}: ${stateLooks[state].word}${attempt}`;
  });
  readonly #asked = signal('');

  constructor() {
    inject(TaskReceipts).show(computed(() => this.submission()?.received.map(({ event }) => event) ?? []));
    effect(() => {
      const id = this.submission()?.taskId;
      const isKnown = this.task() !== undefined;
      const isListed = this.#tasks.list().kind === 'ready';
      // A task from before the reload may lie beyond the first page.
      if (id === undefined || isKnown || !isListed || untracked(this.#asked) === id) return;
      this.#asked.set(id);
      void this.#tasks.client.load(id).catch(() => undefined);
    });
  }
}
