import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { ReplayState } from '../../../../contracts/replay.ts';
import { Icon } from '../ui/icon.ts';
import { planLooks } from './plan-words.ts';

/** How a replay stands: word, picture and colour. */
@Component({
  selector: 'app-plan-state',
  imports: [Icon],
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[style.--color]': 'look().color' },
  template: `<app-icon [name]="look().icon" [size]="16" [class.turning]="state() === 'running'" />{{ look().word }}`,
  styles: `
    :host {
      display: inline-flex;
      justify-self: start;
      gap: 6px;
      align-items: center;
      padding: 2px 10px 2px 7px;
      border-radius: 999px;
      background: color-mix(in srgb, var(--color) 11%, transparent);
      color: var(--color);
      font-size: 13px;
      font-weight: 550;
      white-space: nowrap;
    }
    .turning {
      animation: turn 1s steps(12) infinite;
    }
    @keyframes turn {
      to {
        rotate: 360deg;
      }
    }
  `,
})
export class PlanState {
  readonly state = input.required<ReplayState>();
  protected readonly look = computed(() => planLooks[this.state()]);
}
