import type { TaskEvent } from '../../../contracts/task-event.ts';
import { compareCursors } from '../../../functions/events/event-record.ts';
import { isFinished } from '../../../functions/tasks/task-lifecycle.ts';
import type { History, Submitted, Violation } from '../history.ts';

/** Of two tasks with one key, the one that was accepted before the other was submitted has ended before the other starts. */
export function checkOrder({ accepted, eventsOfTask }: History): Violation[] {
  const byKey = new Map<string, Submitted[]>();
  for (const submitted of accepted.values()) {
    if (submitted.orderingKey === undefined) continue;
    const key = `${submitted.owner} ${submitted.orderingKey}`;
    byKey.set(key, [...(byKey.get(key) ?? []), submitted]);
  }
  return [...byKey.values()].flatMap((tasks) =>
    tasks.flatMap((later) =>
      tasks
        .filter((earlier) => earlier.end < later.start && overtakes(earlier, later, eventsOfTask))
        .map(({ taskId }) => {
          const detail = `it started before ${taskId}, the task before it with key ${later.orderingKey}, had ended`;
          return { rule: 'order', taskId: later.taskId!, detail };
        }),
    ),
  );
}

function overtakes(earlier: Submitted, later: Submitted, events: ReadonlyMap<string, readonly TaskEvent[]>): boolean {
  const started = events.get(later.taskId!)?.find(({ kind }) => kind === 'started');
  if (started === undefined) return false;
  const ended = events
    .get(earlier.taskId!)
    ?.find(({ kind, state }) => kind !== 'progress' && isFinished(state) && !(earlier.holds && state === 'dead-lettered')); // prettier-ignore
  return ended === undefined || compareCursors(started.cursor, ended.cursor) < 0;
}
