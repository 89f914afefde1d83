import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Task } from '../../../../contracts/task.ts';
import { liveQuery } from '../live/live-query.ts';
import { largestUnasked, Tasks } from '../live/tasks.ts';
import { AttemptErrors } from '../task/attempt-errors.ts';
import { CopyButton } from '../ui/copy-button.ts';
import { JsonView } from '../ui/json-view.ts';
import { LargeValue } from '../ui/large-value.ts';
import { ProblemNote } from '../ui/problem-note.ts';

/** A dead letter looked into: what each attempt failed with, and what it was about. */
@Component({
  selector: 'app-letter-detail',
  imports: [AttemptErrors, CopyButton, JsonView, LargeValue, ProblemNote, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="id">
      <code>{{ task().id }}</code>
      <app-copy-button label="Copy ID" i18n-label [text]="ownId" />
      <a class="quiet-button" [routerLink]="['/tasks', task().id]" i18n>The task’s page</a>
    </p>
    @if (problem(); as problem) {
      <app-problem-note heading="This could not be fetched" i18n-heading [detail]="problem.message" />
    }
    @if (timeline.value()) {
      <h3 i18n>What each attempt failed with</h3>
      <app-attempt-errors [errors]="errors()">
        <ng-container i18n>No error of an attempt is kept: the message was given up by the broker.</ng-container>
      </app-attempt-errors>
    } @else if (!problem()) {
      <span class="skeleton" [style.height.px]="72"></span>
    }
    @if (isLarge()) {
      <app-large-value [address]="address()" [bytes]="task().payloadBytes" [fileName]="task().id + '.json'">
        <h3 i18n>Payload</h3>
      </app-large-value>
    } @else if (payload.value(); as payload) {
      <app-json-view [value]="payload.json"
        ><h3 i18n>Payload</h3>
        @if (task().edited; as edited) {
          <span class="muted" i18n
            >edited by <bdi>{{ edited.by }}</bdi></span
          >
        }
      </app-json-view>
    } @else if (payload.problem(); as problem) {
      <app-problem-note heading="The payload could not be fetched" i18n-heading [detail]="problem.message" />
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 10px;
      margin: 0 4px 8px 40px;
      padding: 4px 16px 16px;
      border-left: 2px solid var(--line);
    }
    .id {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      color: var(--text-muted);
    }
    code {
      overflow-wrap: anywhere;
    }
    h3 {
      font-size: 14px;
    }
    @media (width < 600px) {
      :host {
        margin: 0;
        padding: 4px 8px 12px;
        border: 0;
      }
    }
  `,
})
export class LetterDetail {
  readonly task = input.required<Task>();
  readonly #api = inject(Tasks).client.api;
  readonly #id = computed(() => this.task().id);
  protected readonly timeline = liveQuery({ params: this.#id, load: (id) => this.#api.getTimeline(id) });
  protected readonly errors = computed(() => this.timeline.value()?.errors.toReversed() ?? []);
  protected readonly isLarge = computed(() => this.task().payloadBytes > largestUnasked);
  protected readonly address = computed(() => `/api/tasks/${this.#id()}/payload`);
  protected readonly payload = liveQuery({
    params: this.#id,
    load: async (id) => (this.isLarge() ? undefined : { json: await this.#api.getPayload(id) }),
  });
  protected readonly problem = this.timeline.problem;
  protected readonly ownId = () => this.task().id;
}
