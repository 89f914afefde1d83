import { ChangeDetectionStrategy, Component, computed, effect, input, linkedSignal, untracked } from '@angular/core';
import { CopyButton } from './copy-button.ts';
import { DataTable } from './data-table.ts';
import { type JsonSource, LocalJson, whenThere } from './json-source.ts';
import { JsonTree } from './json-tree.ts';
import { MediaList } from './media-list.ts';
import { formatNumber } from './number.ts';
import type { Row } from './records-in.ts';

/** Rows fetched at once: a table of ten thousand is shown in parts. */
const page = 100;

/** A JSON value, or a document that lies elsewhere: as a table where it is one, else as a tree; to copy either way. */
@Component({
  selector: 'app-json-view',
  imports: [CopyButton, DataTable, JsonTree, MediaList],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="bar">
      <ng-content />
      @if (records()) {
        <div class="views" role="group" aria-label="View" i18n-aria-label>
          <button i18n type="button" class="quiet-button" [attr.aria-pressed]="isTable()" (click)="isTable.set(true)">
            Table
          </button>
          <button i18n type="button" class="quiet-button" [attr.aria-pressed]="!isTable()" (click)="isTable.set(false)">
            JSON
          </button>
        </div>
      }
      <app-copy-button class="copy" label="Copy JSON" i18n-label [text]="json" />
    </div>
    @if (outline().media.length > 0) {
      <app-media-list [media]="outline().media" />
    }
    @if (isTable() && records(); as table) {
      @if (outline().facts.length > 0) {
        <dl>
          @for (fact of outline().facts; track fact[0]) {
            <div>
              <dt class="muted">{{ fact[0] }}</dt>
              <dd>{{ factText(fact[1]) }}</dd>
            </div>
          }
        </dl>
      }
      <app-data-table [rows]="rows()" [total]="table.total" [label]="table.path[0] ?? wholeTable" (more)="showMore()" />
    } @else {
      <app-json-tree [source]="document()" />
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 8px;
    }
    .bar {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 16px;
      align-items: center;
    }
    .views {
      display: flex;
    }
    .copy {
      margin-left: auto;
    }
    [aria-pressed='true'] {
      background: var(--accent-soft);
      color: var(--accent);
    }
    dl {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 24px;
    }
    dl div {
      display: flex;
      gap: 8px;
      min-width: 0;
    }
    dd {
      min-width: 0;
      unicode-bidi: isolate;
      overflow-wrap: anywhere;
    }
  `,
})
export class JsonView {
  readonly value = input<unknown>();
  readonly source = input<JsonSource>();
  protected readonly wholeTable = $localize`Table`;
  protected readonly document = computed(() => this.source() ?? new LocalJson(this.value()));
  protected readonly outline = computed(() => this.document().outline);
  protected readonly records = computed(() => this.outline().records);
  protected readonly isTable = linkedSignal(() => this.records() !== undefined);
  protected readonly rows = linkedSignal<JsonSource, readonly Row[]>({ source: this.document, computation: () => [] });
  protected readonly json = () => this.document().json();

  constructor() {
    effect(() => {
      this.document();
      if (this.isTable()) untracked(() => this.rows().length > 0 || this.showMore());
    });
  }

  protected showMore(): void {
    const [source, known] = [this.document(), this.rows()];
    whenThere(source.rows(known.length, page), (more) => {
      if (source === this.document() && known === this.rows()) this.rows.set([...known, ...more]);
    });
  }

  protected factText(fact: string | number): string {
    return typeof fact === 'number' ? formatNumber(fact) : fact;
  }
}
