import type { Redis } from 'ioredis';
import { allPartitions } from '../tasks/task-id.ts';
import { ownerIndexKey, partitionIndexKey } from '../tasks/task-keys.ts';

const idsPerRead = 1_000;

/**
 * IDs of dead-lettered tasks, newest first, page by page; discarded ones are among them.
 * @param owner undefined for all owners, whose partitions are merged
 * @param before only tasks older than this one
 */
export async function* newestDeadLetters(redis: Redis, owner?: string, before?: string): AsyncGenerator<string[]> {
  const keys =
    owner === undefined
      ? allPartitions.map((partition) => partitionIndexKey(partition, 'dead-lettered'))
      : [ownerIndexKey(owner, 'dead-lettered')];
  const runs = await Promise.all(keys.map((key) => readRun(redis, key, before)));
  for (;;) {
    await Promise.all(runs.map((run) => refill(redis, run)));
    const page = mergePage(runs.filter(({ ids }) => ids.length > 0));
    if (page.length === 0) return;
    yield page;
  }
}

interface Run {
  readonly key: string;
  /** Read and not yet given away, newest first. */
  ids: string[];
  /** Undefined when nothing is left to read. */
  next: string | undefined;
}

async function readRun(redis: Redis, key: string, before: string | undefined): Promise<Run> {
  const upper = before === undefined ? '+' : `(${before}`;
  const ids = await redis.zrevrangebylex(key, upper, '-', 'LIMIT', 0, idsPerRead);
  return { key, ids, next: ids.length < idsPerRead ? undefined : ids.at(-1) };
}

async function refill(redis: Redis, run: Run): Promise<void> {
  if (run.ids.length > 0 || run.next === undefined) return;
  Object.assign(run, await readRun(redis, run.key, run.next));
}

/** Takes what is certainly newer than all that is still unread: down to the newest of the runs' ends. */
function mergePage(runs: readonly Run[]): string[] {
  const unfinished = runs.filter(({ next }) => next !== undefined).map(({ ids }) => ids.at(-1)!);
  const downTo = unfinished.reduce((a, b) => (a > b ? a : b), '');
  const page: string[] = [];
  for (const run of runs) {
    const taken = run.ids.findIndex((id) => id < downTo);
    page.push(...run.ids.splice(0, taken === -1 ? run.ids.length : taken));
  }
  return page.sort().reverse();
}
