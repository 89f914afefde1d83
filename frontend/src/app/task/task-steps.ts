import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import type { Step } from '../../../../contracts/task-event.ts';
import { formatBytes } from '../ui/bytes.ts';
import { Icon } from '../ui/icon.ts';
import { JsonTree } from '../ui/json-tree.ts';

/** The parts of the work that are done and will not be done again, with what they gave. */
@Component({
  selector: 'app-task-steps',
  imports: [Icon, JsonTree],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <ul>
      @for (step of steps(); track step.name) {
        <li>
          <app-icon name="check" [size]="16" /><strong>{{ step.name }}</strong>
          <span class="muted">{{ size(step) }}</span>
          @if (step.value !== undefined) {
            <app-json-tree [value]="step.value" [depth]="1" />
          } @else {
            <span class="muted" i18n>too large to show here</span>
          }
        </li>
      } @empty {
        <li class="muted none" i18n>
          This task has recorded no steps. A handler that puts each effect into a step of its own
          (<code>context.step</code>) never repeats what is done.
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 10px;
    }
    li:not(.none) {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 10px;
      align-items: center;
      overflow-wrap: anywhere;
    }
    app-icon {
      color: var(--state-completed);
    }
    app-json-tree {
      flex-basis: 100%;
      padding-left: 26px;
    }
  `,
})
export class TaskSteps {
  readonly steps = input.required<readonly Step[]>();
  protected readonly size = ({ bytes }: Step) => formatBytes(bytes);
}
