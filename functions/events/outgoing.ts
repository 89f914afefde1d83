import { batcher, type BatchLimits } from '../azure/batcher.ts';
import type { Target } from '../azure/signalr.ts';

const rememberedTargets = 10_000;

/**
 * Sends to each target what is for it, several items together.
 * @returns adds an item; settles when it has been sent
 */
export function outgoing<T>(
  send: (target: Target, items: T[]) => Promise<void>,
  limits: (target: Target) => BatchLimits<T>,
): (target: Target, item: T) => Promise<void> {
  const byTarget = new Map<string, (item: T) => Promise<void>>();
  return (target, item) => {
    const name = 'user' in target ? `user ${target.user}` : `group ${target.group}`;
    let add = byTarget.get(name);
    if (add === undefined) {
      if (byTarget.size >= rememberedTargets) byTarget.clear();
      add = batcher((items: T[]) => send(target, items), limits(target));
      byTarget.set(name, add);
    }
    return add(item);
  };
}
