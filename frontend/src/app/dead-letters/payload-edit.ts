import { ChangeDetectionStrategy, Component, computed, effect, inject, input, output, signal } from '@angular/core';
import type { JsonPatch } from '../../../../contracts/replay.ts';
import { liveQuery } from '../live/live-query.ts';
import { Tasks } from '../live/tasks.ts';
import { ProblemNote } from '../ui/problem-note.ts';
import { readEdit } from './json-edit.ts';
import { PatchView } from './patch-view.ts';

/** Characters of JSON: laying out more in a text area takes seconds. */
const longestEditable = 200_000;

/** The payload of one dead letter, to be edited: what is changed in it is the patch for all. */
@Component({
  selector: 'app-payload-edit',
  imports: [PatchView, ProblemNote],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (isTooLong()) {
      <app-problem-note
        heading="This payload is too long to edit here"
        i18n-heading
        detail="Send the patch yourself: POST /api/dead-letters/replay with “patch”."
        i18n-detail
      />
    } @else if (payload.value()) {
      <label for="payload-edit">{{ label() }}</label>
      <textarea
        id="payload-edit"
        spellcheck="false"
        [rows]="rows()"
        [value]="original()"
        #area
        (input)="text.set(area.value)"
        [attr.aria-invalid]="edit()?.kind === 'broken'"
        aria-describedby="payload-edit-note"
      ></textarea>
      <div id="payload-edit-note" aria-live="polite">
        @switch (edit()?.kind) {
          @case ('broken') {
            <p class="fault"><ng-container i18n>This is not JSON:</ng-container> {{ fault() }}</p>
          }
          @case ('edited') {
            <p class="muted">{{ about() }}</p>
            <app-patch-view [patch]="patch()!" [before]="before()" />
          }
          @default {
            <p class="muted" i18n>Nothing is changed yet.</p>
          }
        }
      </div>
    } @else if (payload.problem(); as problem) {
      <app-problem-note heading="The payload could not be fetched" i18n-heading [detail]="problem.message" />
    } @else {
      <span class="skeleton" [style.height.px]="96"></span>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
    }
    label {
      font-weight: 550;
    }
    textarea {
      width: 100%;
      padding: 12px;
      border: 1px solid var(--line-field);
      border-radius: var(--radius-small);
      background: var(--surface);
      color: inherit;
      font: 12.5px/1.6 var(--font-mono);
      resize: vertical;
    }
    .fault {
      color: var(--state-dead-lettered);
    }
    #payload-edit-note {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
    }
  `,
})
export class PayloadEdit {
  readonly taskId = input.required<string>();
  readonly label = input($localize`Payload of one of them, as an example`);
  /** What becomes of the changes. */
  readonly about = input(
    $localize`These changes are made to the payload of each. Where one does not fit, that task is left as it is and told.`,
  );
  /** The patch for all, undefined while nothing is changed or it is no JSON. */
  readonly patched = output<JsonPatch | undefined>();
  /** False while the text is no JSON. */
  readonly readable = output<boolean>();
  readonly #tasks = inject(Tasks);
  protected readonly payload = liveQuery({ params: this.taskId, load: (id) => this.#load(id) });
  protected readonly before = computed(() => this.payload.value()?.json);
  protected readonly original = computed(() => JSON.stringify(this.before(), null, 2));
  protected readonly isTooLong = computed(() => this.payload.value()?.isKnownTooLong === true || (this.original() ?? '').length > longestEditable); // prettier-ignore
  protected readonly text = signal<string | undefined>(undefined);
  protected readonly rows = computed(() => Math.min(18, Math.max(4, (this.original() ?? '').split('\n').length)));
  protected readonly edit = computed(() => {
    const text = this.text();
    return text === undefined ? undefined : readEdit(this.before(), text);
  });
  protected readonly patch = computed(() => {
    const edit = this.edit();
    return edit?.kind === 'edited' ? edit.patch : undefined;
  });
  protected readonly fault = computed(() => {
    const edit = this.edit();
    return edit?.kind === 'broken' ? edit.message : '';
  });

  constructor() {
    effect(() => {
      this.patched.emit(this.patch());
      this.readable.emit(this.edit()?.kind !== 'broken');
    });
  }

  /** What cannot be edited anyway is not fetched, where its size is known. */
  async #load(id: string): Promise<{ readonly json?: unknown; readonly isKnownTooLong?: boolean }> {
    const { payloadBytes = 0 } = this.#tasks.byId().get(id) ?? {};
    // A character is four bytes at most.
    if (payloadBytes > longestEditable * 4) return { isKnownTooLong: true };
    return { json: await this.#tasks.client.api.getPayload(id) };
  }
}
