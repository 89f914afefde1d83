import type { Redis } from 'ioredis';
import type { Task } from '../../contracts/task.ts';
import { taskKey } from './task-keys.ts';
import { type TaskFields, toTask } from './task-record.ts';

/** Told of each record that a list leaves out. */
export type Warn = (...args: unknown[]) => void;

/** The records of a list; one that is gone, or no record, is left out, so that it keeps nobody from the others. */
export async function readRecords(redis: Redis, ids: readonly string[], warn: Warn): Promise<TaskFields[]> {
  const read = async (id: string) => (await orNothing(id, redis.hgetall(taskKey(id)), warn)) ?? {};
  const records = await Promise.all(ids.map(read));
  return records.filter((fields) => fields.id !== undefined);
}

/** What is read of a record; undefined where something else stands in its place. */
export async function orNothing<T>(id: string, reading: Promise<T>, warn: Warn): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('WRONGTYPE'))) throw error;
    warn(`The record of task ${id} is no hash, so the list leaves it out:`, error);
    return undefined;
  }
}

/** The task for a list; undefined where its record is damaged. */
export function readable(fields: TaskFields, warn: Warn): Task | undefined {
  try {
    return toTask(fields);
  } catch (error) {
    warn(`The record of task ${fields.id!} cannot be read, so the list leaves it out:`, error);
    return undefined;
  }
}
