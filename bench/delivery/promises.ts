import type { Delivery } from '../../contracts/task-states.ts';

/** A way to have an effect: a delivery, and how many steps the handler puts its effects into (0: none, one effect outside of any). */
export interface Promised {
  readonly delivery: Delivery;
  readonly steps: number;
}

export const promises: readonly Promised[] = [
  { delivery: 'at-most-once', steps: 0 },
  { delivery: 'at-least-once', steps: 0 },
  { delivery: 'at-least-once', steps: 1 },
  { delivery: 'exactly-once', steps: 1 },
  { delivery: 'exactly-once', steps: 3 },
];

export function nameOf({ delivery, steps }: Promised): string {
  return steps === 0 ? `${delivery}, no step` : `${delivery}, ${steps} step${steps === 1 ? '' : 's'}`;
}

/** As POST /api/tasks takes it. @param delayMs how long the handler goes on after its effects */
export function toTask({ delivery, steps }: Promised, label: string, delayMs = 0): object {
  return { type: 'witness', payload: { label, steps, delayMs }, delivery };
}
