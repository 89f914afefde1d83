import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { ReplayPreview } from '../../../../contracts/replay.ts';
import { createPatch } from 'rfc6902';
import { PatchView } from './patch-view.ts';
import { reasonsOf } from './plan-words.ts';
import { RefusalList } from './refusal-list.ts';
import { ShownNumber } from '../ui/number.ts';

/** What a replay would do, by what the server says. */
@Component({
  selector: 'app-dry-run-report',
  imports: [PatchView, RefusalList, RouterLink, ShownNumber],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'status' },
  template: `
    <h3 i18n>Dry run: nothing has been changed</h3>
    <p i18n>
      <strong>{{ preview().replayable | shownNumber }}</strong> of {{ preview().matched | shownNumber }} would be
      replayed, <strong>{{ preview().skipped | shownNumber }}</strong> refused.
    </p>
    @if (preview().checked; as checked) {
      <p class="muted" i18n>
        The edit was tried on the oldest {{ checked | shownNumber }}; the others are checked when their turn comes.
      </p>
    }
    @if (preview().truncated) {
      <p class="muted" i18n>More fit than one plan takes: make another one for the rest.</p>
    }
    @if (reasons().length > 0) {
      <app-refusal-list [reasons]="reasons()" [refusals]="preview().refusals" />
    }
    @if (edited().length > 0) {
      <h4 i18n>Edited payloads, for example</h4>
      @for (sample of edited(); track sample.id) {
        <p class="sample">
          <a [routerLink]="['/tasks', sample.id]">{{ sample.id }}</a>
        </p>
        <app-patch-view [patch]="sample.patch" [before]="sample.before" />
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
      padding: 12px 16px;
      border: 1px dashed var(--line-strong);
      border-radius: var(--radius-small);
      background: var(--surface-sunken);
    }
    h3,
    h4 {
      font-size: 14px;
    }
    .sample {
      font-size: 13px;
      overflow-wrap: anywhere;
    }
  `,
})
export class DryRunReport {
  readonly preview = input.required<ReplayPreview>();
  protected readonly reasons = computed(() => reasonsOf(this.preview().skippedReasons));
  protected readonly edited = computed(() =>
    this.preview().samples.flatMap(({ id, before, after }) =>
      after === undefined ? [] : { id, before, patch: createPatch(before, after) },
    ),
  );
}
