import { ChangeDetectionStrategy, Component, computed, effect, inject, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Tasks } from '../live/tasks.ts';
import { SignIn } from '../live/who.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { TaskRow } from '../ui/task-row.ts';

const shown = 6;

/** The newest tasks, live, beside the form. */
@Component({
  selector: 'app-recent-tasks',
  imports: [ProblemNote, RouterLink, TaskRow],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'card', role: 'region', 'aria-labelledby': 'recent' },
  template: `
    <header>
      <h2 i18n id="recent">Your last tasks</h2>
      <a i18n routerLink="/tasks">All tasks</a>
    </header>
    <ul>
      @for (task of tasks(); track task.id) {
        <li><app-task-row [task]="task" [isSlim]="true" /></li>
      } @empty {
        @switch (list().kind) {
          @case ('loading') {
            <li class="empty"><span class="skeleton" [style.height.px]="40"></span></li>
          }
          @case ('failed') {
            <li class="empty">
              <app-problem-note
                heading="The tasks could not be fetched"
                i18n-heading
                detail="It tries again by itself."
                i18n-detail
              />
            </li>
          }
          @default {
            <li i18n class="empty muted">None yet. What you submit appears here and moves by itself.</li>
          }
        }
      }
    </ul>
  `,
  styles: `
    :host {
      display: block;
      padding: 16px 8px 8px;
    }
    header {
      display: flex;
      align-items: baseline;
      gap: 12px;
      justify-content: space-between;
      padding: 0 16px 8px;
    }
    header a {
      flex: none;
    }
    .empty {
      padding: 8px 16px 16px;
    }
    @media (width < 1000px) {
      :host {
        padding: 12px 4px 4px;
      }
      header {
        padding-inline: 12px;
      }
    }
  `,
})
export class RecentTasks {
  readonly #tasks = inject(Tasks);
  protected readonly list = this.#tasks.list;
  readonly #who = inject(SignIn).who;
  /** Operators are told of the tasks of all; here stand those of whoever looks. */
  readonly #owner = computed(() => (this.#who().isOperator ? this.#who().owner : undefined));
  protected readonly tasks = computed(() => {
    const owner = this.#owner();
    const all = this.#tasks.newestFirst();
    return (owner === undefined ? all : all.filter((task) => task.owner === owner)).slice(0, shown);
  });

  constructor() {
    // Among the newest of all there may be none of theirs.
    effect(() => {
      const owner = this.#owner();
      if (owner !== undefined) untracked(() => this.#tasks.client.find({ owner, limit: shown })).catch(() => undefined);
    });
  }
}
