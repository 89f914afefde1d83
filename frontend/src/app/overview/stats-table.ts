import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Stats } from '../../../../contracts/stats.ts';
import { chartsOf } from './chart-data.ts';
import { stepLabel, stepSpan } from './series.ts';

/** What the charts draw, as a table, newest first; each time leads to the tasks of that time. */
@Component({
  selector: 'app-stats-table',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <details>
      <summary i18n>The figures as a table</summary>
      <div class="scroll card" tabindex="0" role="region" [attr.aria-label]="label">
        <table>
          <thead>
            <tr>
              <th scope="col" i18n>From</th>
              @for (column of columns(); track column.name) {
                <th scope="col">{{ column.name }}</th>
              }
            </tr>
          </thead>
          <tbody>
            @for (row of rows(); track row.from) {
              <tr>
                <th scope="row">
                  <a routerLink="/tasks" [queryParams]="{ from: row.from, to: row.to }">{{ row.label }}</a>
                </th>
                @for (cell of row.cells; track $index) {
                  <td>{{ cell }}</td>
                }
              </tr>
            }
          </tbody>
        </table>
      </div>
    </details>
  `,
  styles: `
    summary {
      min-height: 32px;
      color: var(--text-muted);
      font-weight: 550;
      cursor: pointer;
    }
    .scroll {
      max-height: 420px;
      overflow: auto;
    }
    table {
      width: 100%;
      border-collapse: collapse;
      font-size: 13px;
    }
    th,
    td {
      padding: 6px 12px;
      text-align: right;
      white-space: nowrap;
    }
    th:first-child {
      text-align: left;
    }
    thead th {
      position: sticky;
      top: 0;
      background: var(--surface-sunken);
      color: var(--text-muted);
    }
    tbody tr {
      border-top: 1px solid var(--line);
    }
  `,
})
export class StatsTable {
  readonly stats = input.required<Stats>();
  protected readonly label = $localize`Figures`;
  protected readonly columns = computed(() =>
    chartsOf(this.stats()).flatMap(({ series, format }) => series.map((one) => ({ ...one, format }))),
  );
  protected readonly rows = computed(() => {
    const stats = this.stats();
    const rows = stats.series.points.map(({ at }, index) => ({
      ...stepSpan(stats, index),
      label: stepLabel(at, stats.window),
      cells: this.columns().map(({ values, format }) => {
        const value = values[index];
        return value === null || value === undefined ? '–' : format(value);
      }),
    }));
    return rows.reverse();
  });
}
