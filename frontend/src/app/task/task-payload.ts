import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import type { Task } from '../../../../contracts/task.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';
import { formatBytes } from '../ui/bytes.ts';
import { Icon } from '../ui/icon.ts';
import { JsonView } from '../ui/json-view.ts';
import { ProblemNote } from '../ui/problem-note.ts';

/** A larger one would make the page slow; in bytes. */
const largestShown = 10_000_000;

/** What was handed in; fetched when somebody opens it. */
@Component({
  selector: 'app-task-payload',
  imports: [Icon, JsonView, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'card' },
  template: `
    <details (toggle)="opened($any($event.target).open)">
      <summary>
        <app-icon name="chevron-right" [size]="16" />
        <h2>Payload</h2>
        <span class="muted">{{ size() }}</span>
      </summary>
      <div class="body">
        @if (isTooLargeToShow()) {
          <a [href]="'/api/tasks/' + task().id + '/payload'" [download]="task().id + '.json'">Download the payload</a>
        } @else if (payload(); as payload) {
          <app-json-view [value]="payload.value" />
        } @else if (problem(); as problem) {
          <app-problem-note
            heading="The payload could not be fetched"
            [detail]="problem.message"
            [canRetry]="true"
            (retried)="load()"
          />
        } @else {
          <span class="skeleton" style="height: 40px"></span>
        }
      </div>
    </details>
  `,
  styles: `
    :host {
      display: block;
    }
    summary {
      display: flex;
      gap: 8px;
      align-items: center;
      padding: 14px 20px;
      list-style: none;
      cursor: pointer;
    }
    summary::-webkit-details-marker {
      display: none;
    }
    [open] > summary app-icon {
      rotate: 90deg;
    }
    .body {
      padding: 0 20px 20px;
    }
    @media (width < 1000px) {
      summary {
        padding: 12px 16px;
      }
      .body {
        padding: 0 16px 16px;
      }
    }
  `,
})
export class TaskPayload {
  readonly task = input.required<Task>();
  readonly #api = inject(Tasks).client.api;
  protected readonly isTooLargeToShow = computed(() => this.task().payloadBytes > largestShown);
  protected readonly size = computed(() => formatBytes(this.task().payloadBytes));
  protected readonly payload = signal<{ readonly value: unknown } | undefined>(undefined);
  protected readonly problem = signal<ApiError | undefined>(undefined);

  protected opened(isOpen: boolean): void {
    if (isOpen && !this.isTooLargeToShow() && this.payload() === undefined) void this.load();
  }

  protected async load(): Promise<void> {
    this.problem.set(undefined);
    try {
      this.payload.set({ value: await this.#api.getPayload(this.task().id) });
    } catch (error) {
      this.problem.set(error as ApiError);
    }
  }
}
