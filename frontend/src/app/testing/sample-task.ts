/** For tests of a task's page: times, an error, and the events of a task that was retried once. */
import type { TaskEvent } from '../../../../contracts/task-event.ts';

export const at = (ms: number) => new Date(Date.UTC(2026, 10, 21, 9, 30) + ms).toISOString();
export const error = { code: 'echo-failed', message: 'Asked to <i>fail</i>.' };
export const ended = { createdAt: at(0), queuedAt: at(2), startedAt: at(10), finishedAt: at(1000) };

export function event(
  ms: number,
  kind: TaskEvent['kind'],
  state: TaskEvent['state'],
  attempt: number,
  more: Partial<TaskEvent> = {},
): TaskEvent {
  return { cursor: `${ms}-0`, taskId: 't1', kind, state, attempt, at: at(ms), ...more };
}

export const timeline: readonly TaskEvent[] = [
  event(2, 'queued', 'queued', 0),
  event(10, 'started', 'running', 1),
  event(110, 'retrying', 'retrying', 1, { error, nextAttemptAt: at(500) }),
  event(500, 'started', 'running', 2),
  event(1000, 'completed', 'completed', 2),
];
