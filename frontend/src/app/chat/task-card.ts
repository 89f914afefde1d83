import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  type OnInit,
  signal,
  untracked,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import type { ApiError } from '../../../../client/index.ts';
import { TaskTypes } from '../live/task-types.ts';
import { Tasks } from '../live/tasks.ts';
import { ProgressLine } from '../ui/progress-line.ts';
import { StateBadge } from '../ui/state-badge.ts';
import { taskSummary } from '../ui/task-summary.ts';

/** A task that somebody speaks of, as it is now. Whoever may not see it sees its ID alone. */
@Component({
  selector: 'app-task-card',
  imports: [ProgressLine, RouterLink, StateBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (task(); as task) {
      <a [routerLink]="['/tasks', task.id]">
        <app-state-badge [state]="task.state" />
        <span class="title">{{ title() }}</span>
        @if (task.about; as about) {
          <bdi class="about">{{ about }}</bdi>
        }
        @if (task.state === 'running' && task.progress; as progress) {
          <app-progress-line [progress]="progress" />
        } @else if (summary()) {
          <span class="summary" [title]="summary()">{{ summary() }}</span>
        }
      </a>
    } @else if (isGone()) {
      <p class="muted" i18n>You cannot see this task, or it is no longer kept.</p>
    } @else {
      <span class="skeleton" [style.height.px]="44" [style.max-width.px]="460"></span>
    }
  `,
  styles: `
    :host {
      display: block;
      margin-top: 6px;
    }
    a {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 2px 10px;
      width: fit-content;
      max-width: min(100%, 520px);
      min-height: 44px;
      padding: 6px 14px 6px 8px;
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-small);
      background: var(--surface);
      color: var(--text);
      text-decoration: none;
    }
    a:hover {
      border-color: var(--accent);
    }
    .title {
      font-weight: 550;
    }
    .about,
    .summary {
      max-width: 100%;
      overflow: hidden;
      color: var(--text-muted);
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    p {
      font-size: 12.5px;
    }
  `,
})
export class TaskCard implements OnInit {
  readonly id = input.required<string>();
  readonly #tasks = inject(Tasks);
  readonly #types = inject(TaskTypes);
  protected readonly isGone = signal(false);
  #isLoading = false;
  protected readonly task = computed(() => this.#tasks.byId().get(this.id()));
  protected readonly title = computed(() => this.#types.title(this.task()?.type ?? ''));
  protected readonly summary = computed(() => {
    const [task, summary] = [this.task(), this.task() && taskSummary(this.task()!)];
    return summary === undefined || (task?.about !== undefined && summary.startsWith(task.about)) ? '' : summary;
  });

  constructor() {
    // What could not be fetched is asked for again with the next connection.
    const isLive = computed(() => this.#tasks.connection().kind === 'live');
    effect(() => {
      if (isLive()) untracked(() => void this.#load());
    });
  }

  ngOnInit(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    if (this.task() !== undefined || this.isGone() || this.#isLoading) return;
    this.#isLoading = true;
    const isGone = ({ status }: ApiError) => status === 403 || status === 404;
    await this.#tasks.client.load(this.id()).catch((error: ApiError) => this.isGone.set(isGone(error)));
    this.#isLoading = false;
  }
}
