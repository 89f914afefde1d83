import { performance } from 'node:perf_hooks';

/** From this share of the time on, whatever is added makes others wait. */
const busyFrom = 0.7;

/** @returns tells whether this process had hardly a pause since it was asked last; for work that can wait */
export function watchLoad(): () => boolean {
  let before = performance.eventLoopUtilization();
  return () => {
    const { utilization } = performance.eventLoopUtilization(before);
    before = performance.eventLoopUtilization();
    return utilization > busyFrom;
  };
}
