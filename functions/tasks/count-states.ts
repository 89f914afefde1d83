import type { Redis } from 'ioredis';
import { taskStates, type TaskState } from '../../contracts/task-states.ts';
import { allPartitions } from './task-id.ts';
import { ownerIndexKey, partitionIndexKey } from './task-keys.ts';

/** The indexes of the tasks in one state, or in any. @param owner undefined for all owners */
export function stateIndexes(owner: string | undefined, state: TaskState | 'any'): string[] {
  if (owner !== undefined) return [ownerIndexKey(owner, state)];
  return allPartitions.map((partition) => partitionIndexKey(partition, state));
}

/** How many tasks are in each state. @param owner undefined for all owners */
export async function countStates(redis: Redis, owner: string | undefined): Promise<Record<TaskState, number>> {
  const count = async (state: TaskState) => {
    const counts = await Promise.all(stateIndexes(owner, state).map((index) => redis.zcard(index)));
    return [state, counts.reduce((sum, one) => sum + one, 0)] as const;
  };
  return Object.fromEntries(await Promise.all(taskStates.map(count))) as Record<TaskState, number>;
}
