import type { TaskState } from '../../../../contracts/task-states.ts';
import type { Task } from '../../../../contracts/task.ts';

/** Tasks per state. */
export function countStates(tasks: readonly Task[]): ReadonlyMap<TaskState, number> {
  const counts = new Map<TaskState, number>();
  for (const { state } of tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}

/** True when every word stands somewhere in what a row shows. */
export function matchesText(task: Task, title: string, text: string): boolean {
  const shown = `${title} ${task.type} ${task.id} ${task.tags.join(' ')} ${task.error?.message ?? ''}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => shown.includes(word));
}
