const firstMs = 500;
const longestMs = 15_000;

/**
 * How long to wait before try number `failures` (0: the first after a connection was lost), in milliseconds:
 * doubled each time, with jitter of ±30 %, so that a thousand browsers do not come back in the same instant.
 */
export function retryDelay(failures: number, random: () => number): number {
  const base = Math.min(firstMs * 2 ** Math.min(failures, 10), longestMs);
  return Math.round(base * (0.7 + 0.6 * random()));
}
