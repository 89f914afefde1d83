import { ChangeDetectionStrategy, Component, computed, input, linkedSignal } from '@angular/core';
import { CopyButton } from './copy-button.ts';
import { DataTable, recordsIn } from './data-table.ts';
import { JsonTree } from './json-tree.ts';
import { mediaIn } from './media-in.ts';
import { MediaList } from './media-list.ts';
import { formatNumber } from './number.ts';

/** A JSON value: as a table where it is one, else as a tree; to copy either way. */
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
    @if (media().length > 0) {
      <app-media-list [media]="media()" />
    }
    @if (isTable() && records(); as table) {
      @if (facts().length > 0) {
        <dl>
          @for (fact of facts(); track fact[0]) {
            <div>
              <dt class="muted">{{ fact[0] }}</dt>
              <dd>{{ fact[1] }}</dd>
            </div>
          }
        </dl>
      }
      <app-data-table [rows]="table.rows" [label]="table.name" />
    } @else {
      <app-json-tree [value]="value()" />
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
  readonly value = input.required<unknown>();
  protected readonly records = computed(() => recordsIn(this.value()));
  protected readonly isTable = linkedSignal(() => this.records() !== undefined);
  /** Pictures and other files in it. */
  protected readonly media = computed(() => mediaIn(this.value()));
  /** What stands beside the table in the same object. */
  protected readonly facts = computed(() => {
    const value = this.value();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const rest = Object.entries(value).filter(([name]) => name !== this.records()?.name);
    return rest.map(([name, fact]) => [name, factText(fact)] as const);
  });
  protected readonly json = () => JSON.stringify(this.value(), null, 2);
}

function factText(fact: unknown): string {
  if (typeof fact === 'string') return fact;
  return typeof fact === 'number' ? formatNumber(fact) : JSON.stringify(fact);
}
