import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { ReplayPlan } from '../../../../contracts/replay.ts';
import { liveQuery } from '../live/live-query.ts';
import { Tasks } from '../live/tasks.ts';
import { RelativeTime } from '../ui/relative-time.ts';
import { PlanBar } from './plan-bar.ts';
import { PlanState } from './plan-state.ts';
import { planWords } from './plan-words.ts';

const shown = 10;
const movesMs = 2_000;

/** The latest replays, newest first; those that run move. Nothing where there was none. */
@Component({
  selector: 'app-replay-list',
  imports: [PlanBar, PlanState, RelativeTime, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (plans().length > 0) {
      <h2 id="replays" i18n>Replays</h2>
      <ul class="card" aria-labelledby="replays">
        @for (plan of plans(); track plan.id) {
          <li>
            <a [routerLink]="['/dead-letters/replays', plan.id]">
              <app-plan-state [state]="plan.state" />
              <span class="words">{{ words(plan) }}</span>
              <app-plan-bar [plan]="plan" />
              <app-relative-time class="muted" [at]="plan.createdAt" />
            </a>
          </li>
        }
      </ul>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
    }
    h2 {
      margin-top: 8px;
    }
    ul {
      padding: 4px;
    }
    li + li {
      border-top: 1px solid var(--line);
    }
    a {
      display: grid;
      grid-template-columns: 112px minmax(0, 1fr) 200px 84px;
      gap: 4px 16px;
      align-items: center;
      padding: 10px 16px;
      border-radius: var(--radius-small);
      color: inherit;
      text-decoration: none;
    }
    a:hover {
      background: var(--surface-sunken);
    }
    app-relative-time {
      font-size: 13px;
      text-align: right;
    }
    @media (width < 800px) {
      a {
        grid-template-columns: minmax(0, 1fr) auto;
        padding: 10px 12px;
      }
      app-relative-time {
        grid-area: 1 / 2;
      }
      .words,
      app-plan-bar {
        grid-column: 1 / -1;
      }
    }
  `,
})
export class ReplayList {
  readonly #api = inject(Tasks).client.api;
  readonly #list = liveQuery({
    params: () => shown,
    load: (limit) => this.#api.listReplays({ limit }),
    on: ({ kind }) => kind === 'replayed',
    everyMs: (page) => (page?.replays.some(({ state }) => state === 'running') ? movesMs : undefined),
  });
  protected readonly plans = computed((): readonly ReplayPlan[] => this.#list.value()?.replays ?? []);

  protected words(plan: ReplayPlan): string {
    return planWords(plan.matched, plan);
  }
}
