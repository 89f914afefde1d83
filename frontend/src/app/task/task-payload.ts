import {
  ChangeDetectionStrategy,
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  signal,
  untracked,
} from '@angular/core';
import type { Task } from '../../../../contracts/task.ts';
import type { ApiError } from '../../../../client/index.ts';
import { Tasks } from '../live/tasks.ts';
import { formatBytes } from '../ui/bytes.ts';
import { Icon } from '../ui/icon.ts';
import { JsonView } from '../ui/json-view.ts';
import { ProblemNote } from '../ui/problem-note.ts';

/** A larger one is fetched when a person asks for it; in bytes. */
const largestUnasked = 500_000;
/** A larger one would make the page slow; in bytes. */
const largestShown = 20_000_000;

/** What was handed in. */
@Component({
  selector: 'app-task-payload',
  imports: [Icon, JsonView, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (isLarge() && !isWanted()) {
      <p i18n>It has {{ size() }}: too much to show without asking.</p>
      <p class="acts">
        @if (isShowable()) {
          <button type="button" class="quiet-button" (click)="isWanted.set(true)" i18n>Show it</button>
        }
        <a class="quiet-button" [href]="address()" [download]="task().id + '.json'">
          <app-icon name="download" [size]="16" /><ng-container i18n>Save it</ng-container>
        </a>
      </p>
    } @else if (payload(); as payload) {
      <app-json-view [value]="payload.value">
        <h2 i18n>Payload</h2>
        @if (task().edited; as edited) {
          <span class="muted" i18n>edited by {{ edited.by }}</span>
          <a class="quiet-button" [href]="address() + '?version=original'" target="_blank" rel="noopener" i18n
            >As it was submitted</a
          >
        }
      </app-json-view>
    } @else if (problem(); as problem) {
      <app-problem-note
        heading="The payload could not be fetched"
        i18n-heading
        [detail]="problem.message"
        [canRetry]="true"
        (retried)="load()"
      />
    } @else {
      <span class="skeleton" style="height: 40px"></span>
    }
  `,
  styles: `
    :host {
      display: block;
    }
    .acts {
      display: flex;
      gap: 8px;
    }
  `,
})
export class TaskPayload {
  readonly task = input.required<Task>();
  readonly #api = inject(Tasks).client.api;
  readonly #id = computed(() => this.task().id);
  protected readonly isLarge = computed(() => this.task().payloadBytes > largestUnasked);
  protected readonly isShowable = computed(() => this.task().payloadBytes <= largestShown);
  protected readonly isWanted = linkedSignal<string, boolean>({ source: this.#id, computation: () => false });
  protected readonly size = computed(() => formatBytes(this.task().payloadBytes));
  protected readonly address = computed(() => `/api/tasks/${this.#id()}/payload`);
  protected readonly payload = signal<{ readonly value: unknown } | undefined>(undefined);
  protected readonly problem = signal<ApiError | undefined>(undefined);

  constructor() {
    effect(() => {
      this.#id();
      const isFetched = !this.isLarge() || this.isWanted();
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
