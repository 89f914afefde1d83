import type { Delivery, Priority } from '../../../../contracts/task-states.ts';

/** The choices of a submission, as they are called where they are shown. */
export const deliveryWords: Readonly<Record<Delivery, string>> = {
  'at-least-once': $localize`At least once`,
  'at-most-once': $localize`At most once`,
  'exactly-once': $localize`Exactly once`,
};
export const priorityWords: Readonly<Record<Priority, string>> = {
  high: $localize`High`,
  normal: $localize`Normal`,
  low: $localize`Low`,
};
