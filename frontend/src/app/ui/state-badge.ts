import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { TaskState } from '../../../../contracts/task-states.ts';
import { Icon } from './icon.ts';
import { stateLooks } from './state-look.ts';

@Component({
  selector: 'app-state-badge',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[style.--color]': 'look().color' },
  template: `<app-icon [name]="look().icon" [size]="16" [class.turning]="state() === 'running'" />{{ look().word }}`,
  styles: `
    :host {
      display: inline-flex;
      justify-self: start;
      align-items: center;
      gap: 6px;
      padding: 2px 10px 2px 7px;
      border-radius: 999px;
      background: color-mix(in srgb, var(--color) 11%, transparent);
      color: var(--color);
      font-size: 13px;
      font-weight: 550;
      white-space: nowrap;
    }
    .turning {
      /* In steps: a page may show many of them, and twelve pictures a second turn as well as sixty. */
      animation: turn 1s steps(12) infinite;
    }
    @keyframes turn {
      to {
        rotate: 360deg;
      }
    }
  `,
})
export class StateBadge {
  readonly state = input.required<TaskState>();
  protected readonly look = computed(() => stateLooks[this.state()]);
}
