/** What the journeys of history ask of it. */
import type { Redis } from 'ioredis';
import type { BatchResult } from '../../contracts/submit.ts';
import type { Task, TaskPage } from '../../contracts/task.ts';
import type { Api } from './api.ts';

/** Many echoes at once, each accepted; their IDs, sorted. */
export async function submitMany(api: Api, count: number, payload: object = {}, more: object = {}): Promise<string[]> {
  const tasks = Array.from({ length: count }, (_, n) => ({
    type: 'echo',
    payload: { message: n, ...payload },
    ...more,
  }));
  const { body } = await api.post<{ results: BatchResult[] }>('/api/tasks/batch', { tasks });
  const refused = body.results.filter(({ status }) => status !== 202);
  if (refused.length > 0) throw new Error(`Not accepted: ${JSON.stringify(refused[0])}`);
  return body.results.map(({ task }) => task!.id).sort();
}

/** All pages of a list of history. */
export async function history(api: Api, query = ''): Promise<Task[]> {
  const tasks: Task[] = [];
  for (let cursor = ''; ;) {
    const { body } = await api.call<TaskPage>(`/api/history?limit=200${query}${cursor && `&cursor=${cursor}`}`);
    tasks.push(...body.tasks);
    if (body.cursor === undefined) return tasks;
    cursor = body.cursor;
  }
}

/** What history has of a person's, once it has as many. */
export async function historyOf(api: Api, count: number): Promise<Task[]> {
  for (;;) {
    const tasks = await history(api);
    if (tasks.length >= count) return tasks;
    await pause(200);
  }
}

export const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export const ids = (tasks: readonly Task[]) => tasks.map(({ id }) => id);

/** Endings that the topic has not been told of. */
export async function countUnpublished(redis: Redis): Promise<number> {
  const keys = await redis.keys('*:unpublished');
  return (await Promise.all(keys.map((key) => redis.zcard(key)))).reduce((sum, count) => sum + count, 0);
}
