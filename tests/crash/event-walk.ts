import type { TaskEvent } from '../../contracts/task-event.ts';
import type { TaskState } from '../../contracts/task-states.ts';
import { transitions } from '../../functions/tasks/task-lifecycle.ts';

/** Where each kind of event takes a task; progress leaves it where it is. */
const stateAfter: Readonly<Record<string, TaskState>> = {
  scheduled: 'scheduled',
  queued: 'queued',
  started: 'running',
  retrying: 'retrying',
  completed: 'completed',
  'dead-lettered': 'dead-lettered',
  replayed: 'queued',
  cancelled: 'cancelled',
  expired: 'expired',
};

/**
 * Follows one task's events through the lifecycle.
 * @param events in order of their cursors, from the first
 * @returns a sentence for each step that the lifecycle does not allow
 */
export function checkWalk(events: readonly Pick<TaskEvent, 'kind' | 'state' | 'attempt'>[]): string[] {
  const faults: string[] = [];
  let [state, attempt]: [TaskState | undefined, number] = [undefined, 0];
  for (const event of events) {
    const after: TaskState | undefined = stateAfter[event.kind] ?? state;
    if (event.state !== after) faults.push(`event ${event.kind} carries the state ${event.state}`);
    if (!isAllowed(state, event)) faults.push(`${event.kind} after ${state ?? 'nothing'}`);
    if (event.attempt < attempt) faults.push(`attempt ${event.attempt} after attempt ${attempt}`);
    [state, attempt] = [after, event.attempt];
  }
  return faults;
}

function isAllowed(state: TaskState | undefined, { kind, state: after }: Pick<TaskEvent, 'kind' | 'state'>): boolean {
  if (state === undefined) return kind === 'scheduled' || kind === 'queued';
  if (kind === 'progress') return state === 'running';
  // A worker that takes over starts again.
  if (kind === 'started' && state === 'running') return true;
  return transitions[state].includes(after);
}
