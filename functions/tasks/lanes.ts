import { createHash } from 'node:crypto';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import type { Priority } from '../../contracts/task-states.ts';

/**
 * A lane is a queue of its own, with workers of its own, so that a flood in one delays no other. The lanes are declared in
 * contracts/service-bus.json alone: `tasks` for normal priority, `tasks-high`, `tasks-low`, and `tasks-ordered` (with
 * sessions) for tasks with an ordering key. `tasks-1`, `tasks-high-1` … split a lane by hash of the owner, or of the ordering key.
 */
export interface Lane {
  readonly queue: string;
  readonly isOrdered: boolean;
  /** Name of the function that works it off. */
  readonly functionName: string;
}

const lanePattern = /^tasks(-high|-low|-ordered)?(-\d+)?$/;

const toPascalCase = (name: string) =>
  name.replace(/(^|-)(\w)/g, (_match, _hyphen, first: string) => first.toUpperCase());

export const lanes: readonly Lane[] = entities.UserConfig.Namespaces.flatMap(({ Queues }) => Queues)
  .map(({ Name }) => lanePattern.exec(Name))
  .filter((match) => match !== null)
  .map(([queue, kind, number]) => ({
    queue,
    isOrdered: kind === '-ordered',
    functionName: `ProcessQueue${toPascalCase((kind ?? '') + (number ?? ''))}`,
  }));

const queuesOf = (kind: string) =>
  lanes.map(({ queue }) => queue).filter((queue) => (lanePattern.exec(queue)![1] ?? '') === kind);
const queues = { high: queuesOf('-high'), normal: queuesOf(''), low: queuesOf('-low'), ordered: queuesOf('-ordered') };

export interface Route {
  readonly owner: string;
  readonly priority: Priority;
  readonly orderingKey?: string | undefined;
}

/** @returns the queue for a task. Where it has an ordering key, order goes before priority. */
export function laneOf({ owner, priority, orderingKey }: Route): string {
  const candidates = queues[orderingKey === undefined ? priority : 'ordered'];
  if (candidates.length === 1) return candidates[0]!;
  const hash = createHash('sha256')
    .update(orderingKey ?? owner)
    .digest();
  return candidates[hash.readUInt32BE(0) % candidates.length]!;
}
