import { ChangeDetectionStrategy, Component, computed, input, linkedSignal } from '@angular/core';
import { shownLocale } from './locale.ts';

export type Row = Readonly<Record<string, unknown>>;

// Made once: making one takes longer than a hundred uses.
const cells = new Intl.NumberFormat(shownLocale(), { maximumFractionDigits: 6 });

/** Rows drawn at once: a table of ten thousand is shown in parts. */
const page = 100;

/** Records as a table: one column per name, numbers to the right. */
@Component({
  selector: 'app-data-table',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { tabindex: '0', role: 'region', '[attr.aria-label]': 'label()' },
  template: `
    <table>
      <thead>
        <tr>
          @for (column of columns(); track column.name) {
            <th scope="col" [class.number]="column.isNumber">{{ column.name }}</th>
          }
        </tr>
      </thead>
      <tbody>
        @for (row of shown(); track $index) {
          <tr>
            @for (column of columns(); track column.name) {
              <td [class.number]="column.isNumber || isNumber(row[column.name])">{{ cell(row[column.name]) }}</td>
            }
          </tr>
        }
      </tbody>
    </table>
    @if (hidden() > 0) {
      <button i18n type="button" class="quiet-button" (click)="count.set(count() + page)">{{ hidden() }} more</button>
    }
  `,
  styles: `
    :host {
      display: block;
      overflow-x: auto;
      border: 1px solid var(--line);
      border-radius: var(--radius-small);
    }
    table {
      width: 100%;
      border-collapse: collapse;
      font-size: 13px;
    }
    th {
      background: var(--surface-sunken);
      color: var(--text-muted);
      font-weight: 600;
      text-align: left;
    }
    th,
    td {
      padding: 7px 12px;
      white-space: nowrap;
    }
    td {
      max-width: 320px;
      overflow: hidden;
      border-top: 1px solid var(--line);
      text-overflow: ellipsis;
    }
    .number {
      text-align: right;
    }
    button {
      margin: 4px;
    }
  `,
})
export class DataTable {
  readonly rows = input.required<readonly Row[]>();
  readonly label = input($localize`Table`);
  protected readonly page = page;
  protected readonly count = linkedSignal({ source: this.rows, computation: () => page });
  protected readonly shown = computed(() => this.rows().slice(0, this.count()));
  protected readonly hidden = computed(() => this.rows().length - this.shown().length);
  protected readonly columns = computed(() => {
    const names = [...new Set(this.shown().flatMap((row) => Object.keys(row)))];
    return names.map((name) => ({ name, isNumber: mostlyNumbers(this.shown().map((row) => row[name])) }));
  });
  protected readonly isNumber = (value: unknown) => typeof value === 'number';

  protected cell(value: unknown): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'number') return cells.format(value);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

/** Smallest values of many columns, say, are numbers but for a date or two. */
function mostlyNumbers(values: readonly unknown[]): boolean {
  const present = values.filter((value) => value !== undefined && value !== null);
  const numbers = present.filter((value) => typeof value === 'number');
  return numbers.length > 0 && numbers.length * 2 >= present.length;
}

/** The records to draw as a table: the value itself or one of its fields, when these are flat and alike. */
export function recordsIn(value: unknown): { readonly name: string; readonly rows: readonly Row[] } | undefined {
  if (isRecords(value)) return { name: $localize`Table`, rows: value };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, field] of Object.entries(value)) if (isRecords(field)) return { name, rows: field };
  return undefined;
}

function isRecords(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isFlat);
}

function isFlat(row: unknown): boolean {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
  return Object.values(row).every((field) => typeof field !== 'object' || field === null);
}
