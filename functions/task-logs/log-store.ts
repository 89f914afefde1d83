import type { Redis } from 'ioredis';
import { type LogLine, logLimits, type TaskLogs } from '../../contracts/task-log.ts';
import { registerScripts } from '../azure/redis-scripts.ts';
import { logsKey, taskKey } from '../tasks/task-keys.ts';
import append from './lua/append.lua';
import type { LogBatch } from './log-keeper.ts';

const run = registerScripts('task-logs', { append });

/** How long lines are kept at most, should their task be gone already. */
const keptSeconds = 365 * 24 * 60 * 60;

/**
 * Adds lines to the log of a task, which keeps the newest; asked twice, it adds them once.
 * @returns number of the newest line; undefined when there is no such task any more
 */
export async function appendLogs(
  redis: Redis,
  taskId: string,
  { name, left, lines }: LogBatch,
): Promise<number | undefined> {
  const newest = await run(redis, 'append', taskKey(taskId), [
    name,
    left,
    logLimits.lines,
    logLimits.bytes,
    keptSeconds,
    ...lines.map((line) => JSON.stringify(line)),
  ]);
  return (newest as number | null) ?? undefined;
}

/** @param after number of the last line that is known */
export async function findLogs(redis: Redis, taskId: string, after: number): Promise<TaskLogs> {
  const kept = (await redis.lrange(logsKey(taskId), 0, -1)).map((json) => JSON.parse(json) as LogLine);
  const lines = kept
    .filter(({ number }) => number > after)
    .map(({ number, at, attempt, text }) => ({ number, at, attempt, text }));
  return { taskId, lines, dropped: kept.length === 0 ? 0 : kept.at(-1)!.number - kept.length };
}
