import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { ReplayPlan } from '../../../../contracts/replay.ts';
import { formatNumber } from '../ui/number.ts';

export interface PlanPart {
  readonly name: 'completed' | 'failed' | 'outstanding' | 'cancelled' | 'skipped' | 'remaining';
  readonly word: string;
  readonly color: string;
}

/** What can have become of a plan's tasks; together they are all that it matched. */
export const planParts: readonly PlanPart[] = [
  { name: 'completed', word: $localize`completed`, color: 'var(--state-completed)' },
  { name: 'failed', word: $localize`failed again`, color: 'var(--state-dead-lettered)' },
  { name: 'outstanding', word: $localize`under way`, color: 'var(--state-running)' },
  { name: 'cancelled', word: $localize`cancelled or expired`, color: 'var(--state-cancelled)' },
  { name: 'skipped', word: $localize`refused`, color: 'var(--state-retrying)' },
  { name: 'remaining', word: $localize`not yet replayed`, color: 'var(--line-strong)' },
];

/** How far a replay is, as one bar of all its tasks. */
@Component({
  selector: 'app-plan-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: {
    role: 'progressbar',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
    '[attr.aria-valuenow]': 'percent()',
    '[attr.aria-valuetext]': 'words()',
    '[attr.aria-label]': 'label',
    '[attr.title]': 'words()',
  },
  template: `
    @for (part of parts(); track part.name) {
      <span [style.flex-grow]="part.count" [style.background]="part.color"></span>
    }
  `,
  styles: `
    :host {
      display: flex;
      gap: 1px;
      height: 8px;
      overflow: hidden;
      border-radius: 4px;
      background: var(--surface-sunken);
    }
    span {
      flex: 0 1 0;
      min-width: 3px;
    }
  `,
})
export class PlanBar {
  readonly plan = input.required<ReplayPlan>();
  protected readonly label = $localize`Progress of the replay`;
  protected readonly parts = computed(() =>
    planParts.map((part) => ({ ...part, count: this.plan()[part.name] })).filter(({ count }) => count > 0),
  );
  protected readonly words = computed(() =>
    this.parts()
      .map(({ count, word }) => `${formatNumber(count)} ${word}`)
      .join(', '),
  );
  protected readonly percent = computed(() => {
    const { matched, remaining, outstanding } = this.plan();
    return matched === 0 ? 100 : Math.floor(((matched - remaining - outstanding) / matched) * 100);
  });
}
