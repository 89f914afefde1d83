import type { TaskEvent } from '../../../../contracts/task-event.ts';

/**
 * Turns moments of a task into milliseconds it has been on its way since `start`. What it lay dead before a replay does not count: a
 * night among the dead letters would leave nothing to see of attempts that take seconds.
 * @param events oldest first
 * @param start milliseconds since 1970
 */
export function activeTime(events: readonly TaskEvent[], start: number): (at: number) => number {
  const pauses = pausesIn(events);
  return (at) => pauses.reduce((active, { from, to }) => active - Math.max(0, Math.min(at, to) - from), at - start);
}

/** How long the task lay dead before this replay, in milliseconds. */
export function layDead(events: readonly TaskEvent[], replay: TaskEvent): number {
  const pause = pausesIn(events).find(({ to }) => to === Date.parse(replay.at));
  return pause === undefined ? 0 : pause.to - pause.from;
}

function pausesIn(events: readonly TaskEvent[]): { readonly from: number; readonly to: number }[] {
  return events.flatMap(({ kind, at }, index) => {
    const before = events[index - 1];
    return kind === 'replayed' && before !== undefined ? [{ from: Date.parse(before.at), to: Date.parse(at) }] : [];
  });
}
