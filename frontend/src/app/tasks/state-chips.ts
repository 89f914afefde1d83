import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { TaskState } from '../../../../contracts/task-states.ts';
import { Icon } from '../ui/icon.ts';
import { stateLooks } from '../ui/state-look.ts';

export interface StateChip {
  readonly state: TaskState;
  readonly isOn: boolean;
  /** As text; empty where it is not known. */
  readonly count?: string;
}

/** States to narrow a list down to, as links: the filter is in the address. */
@Component({
  selector: 'app-state-chips',
  imports: [Icon, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './state-chips.html',
  styleUrl: './state-chips.scss',
})
export class StateChips {
  readonly chips = input.required<readonly StateChip[]>();
  /** How many there are of all states, as text. */
  readonly total = input<string>();
  protected readonly looks = stateLooks;
  protected readonly isAll = computed(() => !this.chips().some(({ isOn }) => isOn));
}
