/** Longer than a free worker of this process takes to start a task, too short for anybody to notice. */
const waitMs = 20;

const waiting = new Map<string, { readonly timer: NodeJS.Timeout; readonly act: () => Promise<unknown> }>();
const underWay = new Set<Promise<unknown>>();

/**
 * Does what a task needs only as long as nobody has started it: a moment later, unless this process has started it by then. What fails, or
 * dies with the process, is left to the sweeper.
 */
export function unlessStarted(id: string, act: () => Promise<unknown>): void {
  const timer = setTimeout(() => actNow(id), waitMs);
  waiting.set(id, { timer, act });
}

/** To be called when a task has started. */
export function hasStarted(id: string): void {
  const entry = waiting.get(id);
  if (entry === undefined) return;
  clearTimeout(entry.timer);
  waiting.delete(id);
}

function actNow(id: string): void {
  const { act } = waiting.get(id)!;
  hasStarted(id);
  const acted = act()
    .catch(() => undefined)
    .finally(() => underWay.delete(acted));
  underWay.add(acted);
}

/** Does at once what still waits; settles when all is done. */
export async function settleUnstarted(): Promise<void> {
  for (const id of [...waiting.keys()]) actNow(id);
  await Promise.all(underWay);
}
