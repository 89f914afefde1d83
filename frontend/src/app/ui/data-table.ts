import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { shownLocale } from './locale.ts';
import type { Row } from './records-in.ts';

// Made once: making one takes longer than a hundred uses.
const cells = new Intl.NumberFormat(shownLocale(), { maximumFractionDigits: 6 });

/** Longer texts are cut; all of them stand in the tree. */
const longestCell = 400;

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
        @for (row of rows(); track $index) {
          <tr>
            @for (column of columns(); track column.name) {
              <td [class.number]="column.isNumber || isNumber(row[column.name])">{{ cell(row[column.name]) }}</td>
            }
          </tr>
        }
      </tbody>
    </table>
    @if (hidden() > 0) {
      <button i18n type="button" class="quiet-button" (click)="more.emit()">{{ hidden() }} more</button>
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
  /** How many there are; more than `rows` where some are still to be fetched. */
  readonly total = input.required<number>();
  readonly more = output();
  protected readonly hidden = computed(() => (this.rows().length > 0 ? this.total() - this.rows().length : 0));
  protected readonly columns = computed(() => {
    const names = [...new Set(this.rows().flatMap((row) => Object.keys(row)))];
    return names.map((name) => ({ name, isNumber: mostlyNumbers(this.rows().map((row) => row[name])) }));
  });
  protected readonly isNumber = (value: unknown) => typeof value === 'number';

  protected cell(value: unknown): string {
    if (value === undefined || value === null) return '';
    if (typeof value === 'number') return cells.format(value);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.length > longestCell ? `${text.slice(0, longestCell)}…` : text;
  }
}

/** Smallest values of many columns, say, are numbers but for a date or two. */
function mostlyNumbers(values: readonly unknown[]): boolean {
  const present = values.filter((value) => value !== undefined && value !== null);
  const numbers = present.filter((value) => typeof value === 'number');
  return numbers.length > 0 && numbers.length * 2 >= present.length;
}
