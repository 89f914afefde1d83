import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** Above a list of tasks: what the columns of `app-task-row` say. Where rows are stacked there are none. */
@Component({
  selector: 'app-row-names',
  changeDetection: ChangeDetectionStrategy.OnPush,
  // Each row says it by itself to who does not see columns.
  host: { 'aria-hidden': 'true', '[class.slim]': 'isSlim()' },
  template: `
    <span i18n>State</span><span i18n>Task</span><span class="wide" i18n>How it goes</span
    ><span class="wide number" i18n>Try</span><span class="wide number" i18n>Took</span
    ><span class="number" i18n>Age</span>
  `,
  styles: `
    :host {
      display: grid;
      flex: 1;
      grid-template-columns: 136px minmax(180px, 4fr) minmax(140px, 3fr) 54px 76px 84px;
      gap: 0 16px;
      align-items: center;
      min-height: 32px;
      padding: 0 16px 0 var(--row-start, 16px);
      color: var(--text-muted);
      font-size: 12px;
    }
    :host(.slim) {
      grid-template-columns: 132px minmax(0, 1fr) auto;
    }
    :host(.slim) .wide {
      display: none;
    }
    .number {
      text-align: right;
    }
    @media (width < 900px) {
      :host {
        display: none;
      }
    }
  `,
})
export class RowNames {
  readonly isSlim = input(false);
}
