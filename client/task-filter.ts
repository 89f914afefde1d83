import type { TaskState } from '../contracts/task-states.ts';
import type { Task } from '../contracts/task.ts';

/** Which tasks are meant: those that fit every field. `{}` means all that the caller may see. */
export interface TaskFilter {
  readonly state?: TaskState | readonly TaskState[];
  readonly type?: string;
  readonly tag?: string;
  readonly orderingKey?: string;
  /** ID of the schedule that they are runs of. */
  readonly schedule?: string;
  readonly owner?: string;
}

export function fits(task: Task, { state, type, tag, orderingKey, schedule, owner }: TaskFilter): boolean {
  if (state !== undefined && !(typeof state === 'string' ? [state] : state).includes(task.state)) return false;
  if (type !== undefined && task.type !== type) return false;
  if (tag !== undefined && !task.tags.includes(tag)) return false;
  if (orderingKey !== undefined && task.orderingKey !== orderingKey) return false;
  if (schedule !== undefined && task.scheduleId !== schedule) return false;
  return owner === undefined || task.owner === owner;
}

/** As `GET /api/tasks` takes it. The owner is no part of it: that is the caller's role. */
export function toQuery({ state, type, tag, orderingKey, schedule }: TaskFilter): Record<string, string> {
  const query = {
    state: typeof state === 'string' ? state : state?.join(','),
    type,
    tag,
    orderingKey,
    schedule,
  };
  return Object.fromEntries(Object.entries(query).filter((entry) => entry[1] !== undefined)) as Record<string, string>;
}

/** IDs sort by time. */
export function newestFirst(a: Task, b: Task): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
