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
  styleUrl: './badge.scss',
})
export class StateBadge {
  readonly state = input.required<TaskState>();
  protected readonly look = computed(() => stateLooks[this.state()]);
}
