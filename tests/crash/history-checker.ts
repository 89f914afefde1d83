import { compareCursors } from '../../functions/events/event-record.ts';
import { checkEventReaders } from './checks/event-readers.ts';
import { checkExecutions } from './checks/executions.ts';
import { checkOrder } from './checks/order.ts';
import { checkReads } from './checks/reads.ts';
import { checkWalk } from './event-walk.ts';
import { type Entry, History, type Violation } from './history.ts';

/**
 * Finds whatever clients were told, and handlers did, that no allowed order of things explains. Calls that overlap in time may have
 * happened in either order; what ended before another began came first.
 */
export function checkHistory(entries: readonly Entry[]): Violation[] {
  const history = new History(entries);
  return [
    ...checkSubmissions(history),
    ...checkReads(history),
    ...checkEventReaders(history),
    ...checkLives(history),
    ...checkExecutions(history),
    ...checkOrder(history),
  ];
}

/** A label stands for one idempotency key: one task. */
function checkSubmissions({ submitted }: History): Violation[] {
  const taskOf = new Map<string, string>();
  return submitted.flatMap(({ label, taskId }) => {
    if (taskId === undefined) return [];
    const before = taskOf.get(label) ?? taskId;
    taskOf.set(label, before);
    const detail = `${label} was accepted as ${before} and as ${taskId}`;
    return before === taskId ? [] : [{ rule: 'accepted-twice', taskId, detail }];
  });
}

/** Each task's events are a walk through the lifecycle; nothing happens to a task that is not in its events. */
function checkLives({ events, eventsOfTask, accepted }: History): Violation[] {
  const chains = [...events].filter(([owner]) => owner !== '*').flatMap(([owner, all]) =>
    all.slice(1).flatMap(({ cursor, previous }, n) => {
      const before = all[n]!.cursor;
      const detail = `${owner}: ${cursor} follows ${before}, and says it follows ${previous ?? 'nothing'}`;
      return compareCursors(before, cursor) < 0 && previous === before ? [] : [{ rule: 'cursor-order', detail }];
    }),
  ); // prettier-ignore
  const walks = [...eventsOfTask].flatMap(([taskId, own]) =>
    checkWalk(own).map((detail) => ({ rule: 'lifecycle', taskId, detail })),
  );
  const silent = [...accepted.keys()]
    .filter((taskId) => !eventsOfTask.has(taskId))
    .map((taskId) => ({ rule: 'event-lost', taskId, detail: 'there is no event of this task at all' }));
  return [...chains, ...walks, ...silent];
}
