import type { Wait } from '../../../../contracts/task-states.ts';
import type { Task } from '../../../../contracts/task.ts';
import { isolated } from './isolated.ts';

/** What a task that is due waits for. */
export const waitWords: Readonly<Record<Wait, string>> = {
  'owner-window': $localize`waits for room in the queue: many tasks of this owner are ahead of it`,
  'ordering-key': $localize`waits for the task ahead of it with the same ordering key`,
  concurrency: $localize`waits for a place among the tasks that run at once`,
};

/** What a task waits for, in words; undefined where it is just its turn. */
export function waitText({ state, waitingFor, orderingKey }: Task): string | undefined {
  if (waitingFor !== undefined) return waitWords[waitingFor];
  if (state !== 'queued' || orderingKey === undefined) return undefined;
  return $localize`runs after those before it with the ordering key “${isolated(orderingKey)}:key:”`;
}
