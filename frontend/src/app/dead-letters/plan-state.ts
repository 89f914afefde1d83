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
  styleUrl: '../ui/badge.scss',
})
export class PlanState {
  readonly state = input.required<ReplayState>();
  protected readonly look = computed(() => planLooks[this.state()]);
}
