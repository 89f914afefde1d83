import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, input, linkedSignal } from '@angular/core';
import type { ApiError } from '../../../../client/index.ts';
import { formatBytes } from './bytes.ts';
import { Icon } from './icon.ts';
import { JsonView } from './json-view.ts';
import { LargeJson, type OpenedJson } from './large-json.ts';
import { ProblemNote } from './problem-note.ts';

/** A larger one would need more memory than a page may take; in bytes. */
const largestShown = 40_000_000;

type Phase = { readonly json?: OpenedJson; readonly problem?: ApiError; readonly isOpening?: boolean };

/** JSON that is too large to be fetched unasked: to be shown part by part, or saved. What it projects stands above it. */
@Component({
  selector: 'app-large-value',
  imports: [Icon, JsonView, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (phase().json; as json) {
      <app-json-view [source]="json"><ng-content /></app-json-view>
    } @else if (phase().problem; as problem) {
      <app-problem-note
        heading="It could not be fetched"
        i18n-heading
        [detail]="problem.message"
        [canRetry]="true"
        (retried)="open()"
      />
    } @else if (phase().isOpening) {
      <span class="skeleton" [style.height.px]="40"></span>
    } @else {
      <p i18n>It has {{ size() }}: too much to show without asking.</p>
      <p class="acts">
        @if (isShowable()) {
          <button type="button" class="quiet-button" (click)="open()" i18n>Show it</button>
        }
        <a class="quiet-button" [href]="address()" [download]="fileName()">
          <app-icon name="download" [size]="16" /><ng-container i18n>Save it</ng-container>
        </a>
      </p>
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
export class LargeValue {
  readonly address = input.required<string>();
  readonly bytes = input.required<number>();
  readonly fileName = input.required<string>();
  readonly #largeJson = inject(LargeJson);
  #opened: OpenedJson | undefined;
  protected readonly phase = linkedSignal<string, Phase>({ source: this.address, computation: () => ({}) });
  protected readonly size = computed(() => formatBytes(this.bytes()));
  protected readonly isShowable = computed(() => this.bytes() <= largestShown);
  #isGone = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.#isGone = true;
      this.#opened?.close();
    });
  }

  protected async open(): Promise<void> {
    const address = this.address();
    this.phase.set({ isOpening: true });
    try {
      const json = await this.#largeJson.open(address);
      if (this.#isGone || address !== this.address()) return json.close();
      this.#opened?.close();
      this.#opened = json;
      this.phase.set({ json });
    } catch (problem) {
      if (address === this.address()) this.phase.set({ problem: problem as ApiError });
    }
  }
}
