import type { Redis } from 'ioredis';
import type { TaskState } from '../../contracts/task-states.ts';
import { taskKey } from '../tasks/task-keys.ts';
import type { OutstandingTask, TaskOutcome } from './plan-store.ts';

/** Which of the tasks that a plan replayed have ended since, and how. */
export async function readOutcomes(redis: Redis, tasks: readonly OutstandingTask[]): Promise<TaskOutcome[]> {
  const records = await Promise.all(tasks.map(({ id }) => redis.hmget(taskKey(id), 'state', 'replays')));
  const outcomes: TaskOutcome[] = [];
  for (const [i, [state = null, replays]] of records.entries()) {
    const { id, replays: ours } = tasks[i]!;
    // Replayed once more since: so it had been dead-lettered again.
    const outcome = Number(replays) > ours ? 'failed' : outcomeOf(state as TaskState | null);
    if (outcome !== undefined) outcomes.push({ id, outcome });
  }
  return outcomes;
}

/** @param state null when the task is no longer kept */
function outcomeOf(state: TaskState | null): 'completed' | 'failed' | 'cancelled' | undefined {
  switch (state) {
    case 'completed':
      return 'completed';
    case 'dead-lettered':
      return 'failed';
    case 'cancelled':
    case 'expired':
    case null:
      return 'cancelled';
    default:
      return undefined;
  }
}
