import { BreakpointObserver } from '@angular/cdk/layout';
import { DOCUMENT } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { TaskTypes } from '../live/task-types.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { Drafts } from './drafts.ts';
import { JourneyPanel } from './journey-panel.ts';
import { RecentTasks } from './recent-tasks.ts';
import { Submissions } from './submissions.ts';
import { SubmitForm } from './submit-form.ts';
import { SubmitMany } from './submit-many.ts';
import { TypePicker } from './type-picker.ts';

/** From here on, the form and the way of the task stand below each other. */
const oneColumn = '(width < 1000px)';

/** Where work is handed in, and seen going its way. */
@Component({
  selector: 'app-submit-page',
  imports: [JourneyPanel, ProblemNote, RecentTasks, SubmitForm, SubmitMany, TypePicker],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="card form" aria-labelledby="what">
      <h1 id="what" i18n>What do you want done?</h1>
      @switch (state().kind) {
        @case ('ready') {
          <app-type-picker [types]="types()" [(selected)]="chosen" />
          <div class="ways" role="group" aria-label="How many" i18n-aria-label>
            <button type="button" class="quiet-button" [attr.aria-pressed]="!isMany()" (click)="isMany.set(false)" i18n>
              One task
            </button>
            <button type="button" class="quiet-button" [attr.aria-pressed]="isMany()" (click)="isMany.set(true)" i18n>
              Many from a file
            </button>
          </div>
          @for (type of type(); track type.name) {
            @if (isMany()) {
              @defer {
                <app-submit-many [type]="type" />
              } @placeholder {
                <span class="skeleton" [style.height.px]="160"></span>
              }
            } @else {
              <app-submit-form [type]="type" />
            }
          } @empty {
            <p class="muted" i18n>This installation has no task types yet: add one in functions/task-types.</p>
          }
        }
        @case ('failed') {
          <app-problem-note
            heading="The task types could not be fetched"
            i18n-heading
            [detail]="problem()"
            [canRetry]="true"
            (retried)="taskTypes.load()"
          />
        }
        @default {
          <span class="skeleton" [style.height.px]="48"></span>
          <span class="skeleton" [style.height.px]="160"></span>
          <span class="skeleton" [style.height.px]="40" [style.width.px]="140"></span>
        }
      }
    </section>
    <div class="side">
      <app-journey-panel #way />
      <app-recent-tasks />
    </div>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 24px;
      align-items: start;
    }
    .form {
      display: grid;
      gap: 16px;
      padding: 24px;
    }
    .ways {
      display: flex;
      gap: 4px;
    }
    [aria-pressed='true'] {
      background: var(--accent-soft);
      color: var(--accent);
    }
    .side {
      display: grid;
      gap: 24px;
      min-width: 0;
    }
    @media (width < 1000px) {
      :host {
        grid-template-columns: minmax(0, 1fr);
        gap: 16px;
      }
      .form {
        padding: 16px;
      }
      .side {
        gap: 16px;
      }
    }
  `,
})
export class SubmitPage {
  protected readonly taskTypes = inject(TaskTypes);
  readonly #drafts = inject(Drafts);
  readonly #page = inject(DOCUMENT);
  readonly #media = inject(BreakpointObserver);
  readonly #latest = inject(Submissions).latest;
  private readonly way = viewChild.required<string, ElementRef<HTMLElement>>('way', { read: ElementRef });
  protected readonly state = this.taskTypes.state;
  protected readonly types = computed(() => {
    const state = this.state();
    return state.kind === 'ready' ? state.types : [];
  });
  protected readonly problem = computed(() => {
    const state = this.state();
    return state.kind === 'failed' ? state.error.message : '';
  });
  /** Name of the type: the one in the address, else the last one, else the first. */
  protected readonly chosen = linkedSignal(() => {
    const names = this.types().map(({ name }) => name);
    const wished = [new URLSearchParams(this.#page.location.search).get('type'), this.#drafts.lastType];
    return names.find((name) => name === wished[0]) ?? names.find((name) => name === wished[1]) ?? names[0] ?? '';
  });
  protected readonly isMany = signal(false);
  protected readonly type = computed(() => this.types().filter(({ name }) => name === this.chosen()));

  constructor() {
    let shown = this.#latest()?.taskId;
    effect(() => {
      const id = this.#latest()?.taskId;
      if (id === shown) return;
      shown = id;
      this.#showWay();
    });
    effect(() => {
      const name = this.chosen();
      if (name !== '') untracked(() => (this.#drafts.lastType = name));
    });
  }

  /** Where the way lies below the form, a person would not see it begin. */
  #showWay(): void {
    if (!this.#media.isMatched(oneColumn)) return;
    const isCalm = this.#media.isMatched('(prefers-reduced-motion: reduce)');
    this.way().nativeElement.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
  }
}
