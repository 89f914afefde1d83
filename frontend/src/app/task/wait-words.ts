import type { Wait } from '../../../../contracts/task-states.ts';

/** What a task that is due waits for. */
export const waitWords: Readonly<Record<Wait, string>> = {
  'owner-window': $localize`waits for room in the queue: many tasks of this owner are ahead of it`,
  'ordering-key': $localize`waits for the task ahead of it with the same ordering key`,
  concurrency: $localize`waits for a place among the tasks that run at once`,
};
