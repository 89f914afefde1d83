import type { Percentiles } from '../../contracts/stats.ts';

/** How often each step of durations was counted; the steps of tasks/lua/shared/statistics.lua, where each ends 2^(1/3) times later. */
export type Histogram = ReadonlyMap<number, number>;

/** Milliseconds that stand for a step: its geometric middle, from which its ends are 12.3 % away. */
function middleOf(step: number): number {
  return step === 0 ? 0.5 : Math.round(2 ** ((step - 0.5) / 3) * 10) / 10;
}

export function percentiles(histogram: Histogram): Percentiles {
  const steps = [...histogram].sort(([a], [b]) => a - b);
  const count = steps.reduce((sum, [, times]) => sum + times, 0);
  if (count === 0) return { count };
  const at = (share: number) => {
    let upTo = 0;
    return middleOf(steps.find(([, times]) => (upTo += times) >= share * count)![0]);
  };
  return { count, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
