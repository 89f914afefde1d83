import { NgTemplateOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import type { Task } from '../../../../contracts/task.ts';
import type { ApiError } from '../../../../client/index.ts';
import { largestUnasked, Tasks } from '../live/tasks.ts';
import { JsonView } from '../ui/json-view.ts';
import { LargeValue } from '../ui/large-value.ts';
import { ProblemNote } from '../ui/problem-note.ts';

/** What was handed in. */
@Component({
  selector: 'app-task-payload',
  imports: [JsonView, LargeValue, NgTemplateOutlet, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (isLarge()) {
      <app-large-value [address]="address()" [bytes]="task().payloadBytes" [fileName]="task().id + '.json'">
        <ng-container [ngTemplateOutlet]="heading" />
      </app-large-value>
    } @else if (payload(); as payload) {
      <app-json-view [value]="payload.value"><ng-container [ngTemplateOutlet]="heading" /></app-json-view>
    } @else if (problem(); as problem) {
      <app-problem-note
        heading="The payload could not be fetched"
        i18n-heading
        [detail]="problem.message"
        [canRetry]="true"
        (retried)="load()"
      />
    } @else {
      <span class="skeleton" [style.height.px]="40"></span>
    }
    <ng-template #heading>
      <h2 i18n>Payload</h2>
      @if (task().edited; as edited) {
        <span class="muted" i18n
          >edited by <bdi>{{ edited.by }}</bdi></span
        >
        <a class="quiet-button" [href]="address() + '?version=original'" target="_blank" rel="noopener" i18n
          >As it was submitted</a
        >
      }
    </ng-template>
  `,
  styles: `
    :host {
      display: block;
    }
  `,
})
export class TaskPayload {
  readonly task = input.required<Task>();
  readonly #api = inject(Tasks).client.api;
  readonly #id = computed(() => this.task().id);
  protected readonly isLarge = computed(() => this.task().payloadBytes > largestUnasked);
  protected readonly address = computed(() => `/api/tasks/${this.#id()}/payload`);
  protected readonly payload = signal<{ readonly value: unknown } | undefined>(undefined);
  protected readonly problem = signal<ApiError | undefined>(undefined);

  constructor() {
    effect(() => {
      this.#id();
      const isFetched = !this.isLarge();
      untracked(() => {
        this.payload.set(undefined);
        if (isFetched) void this.load();
      });
    });
  }

  protected async load(): Promise<void> {
    const id = this.#id();
    this.problem.set(undefined);
    try {
      const value = await this.#api.getPayload(id);
      if (id === this.#id()) this.payload.set({ value });
    } catch (error) {
      if (id === this.#id()) this.problem.set(error as ApiError);
    }
  }
}
