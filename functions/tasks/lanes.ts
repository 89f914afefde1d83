import { createHash } from 'node:crypto';
import entities from '../../contracts/service-bus.json' with { type: 'json' };
import type { Priority } from '../../contracts/task-states.ts';

type LaneKind = Priority | 'ordered';

/**
 * A lane is a queue of its own, with workers of its own, so that a flood in one delays no other. The lanes are declared in
 * contracts/service-bus.json alone: `tasks` for normal priority, `tasks-high`, `tasks-low`, and `tasks-ordered` (with
 * sessions) for tasks with an ordering key. `tasks-1`, `tasks-high-1` … split a lane by hash of the owner, or of the ordering key.
 */
export interface Lane {
  readonly queue: string;
  readonly kind: LaneKind;
  /** Name of the function that works it off. */
  readonly functionName: string;
}

const lanePattern = /^tasks(-high|-low|-ordered)?(-\d+)?$/;

const toPascalCase = (name: string) =>
  name.replace(/(^|-)(\w)/g, (_match, _hyphen, first: string) => first.toUpperCase());

/** @param queues names of all queues there are; those that are no lanes are left out */
export function lanesAmong(queues: readonly string[]): Lane[] {
  return queues
    .map((name) => lanePattern.exec(name))
    .filter((match) => match !== null)
    .map(([queue, kind = '', number = '']) => ({
      queue,
      kind: (kind.slice(1) || 'normal') as LaneKind,
      functionName: `ProcessQueue${toPascalCase(kind + number)}`,
    }));
}

export const lanes: readonly Lane[] = lanesAmong(
  entities.UserConfig.Namespaces.flatMap(({ Queues }) => Queues).map(({ Name }) => Name),
);

export interface Route {
  readonly owner: string;
  readonly priority: Priority;
  readonly orderingKey?: string | undefined;
}

/** @returns the queue for a task. Where it has an ordering key, order goes before priority. */
export function laneOf({ owner, priority, orderingKey }: Route, among: readonly Lane[] = lanes): string {
  const kind: LaneKind = orderingKey === undefined ? priority : 'ordered';
  const candidates = among.filter((lane) => lane.kind === kind);
  if (candidates.length === 1) return candidates[0]!.queue;
  const hash = createHash('sha256')
    .update(orderingKey ?? owner)
    .digest();
  return candidates[hash.readUInt32BE(0) % candidates.length]!.queue;
}
