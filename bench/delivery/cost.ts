import { HttpClient } from '../compare/http-client.ts';
import { connect, type OurOwner } from '../compare/ours.ts';
import { median, percentile } from '../compare/statistics.ts';
import type { RedisCounter } from '../counting/redis-counter.ts';
import type { BenchRig } from './bench-rig.ts';
import { nameOf, promises, type Promised, toTask } from './promises.ts';

export interface Cost {
  readonly name: string;
  /** Submitting to seen completed, in milliseconds: the median of each round. */
  readonly p50: readonly number[];
  /** Lua scripts a task, the steps' included. */
  readonly scripts: number;
}

/** What each promise costs when nothing goes wrong: tasks one by one, the promises in turn. */
export async function measureCost(
  { baseUrl, counter }: BenchRig,
  { rounds, tasks }: { rounds: number; tasks: number },
): Promise<Cost[]> {
  const http = new HttpClient(baseUrl);
  const owner = await connect(baseUrl, http, 'bench');
  const all = promises.map((promised) => ({ promised, p50: [] as number[], scripts: [] as number[] }));
  for (const { promised } of all) await runTasks(owner, promised, tasks);
  for (let round = 0; round < rounds; round += 1) {
    for (const { promised, p50, scripts } of round % 2 === 0 ? all : all.toReversed()) {
      const before = scriptsRun(counter);
      p50.push(percentile(await runTasks(owner, promised, tasks), 0.5));
      scripts.push((scriptsRun(counter) - before) / tasks);
    }
  }
  owner.close();
  http.close();
  return all.map(({ promised, p50, scripts }) => ({ name: nameOf(promised), p50, scripts: median(scripts) }));
}

const scriptsRun = ({ commands }: RedisCounter) => commands.get('EVALSHA') ?? 0;

/** @returns how long each took, in milliseconds */
async function runTasks(owner: OurOwner, promised: Promised, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const startedAt = performance.now();
    await owner.completed(await owner.submitTask(toTask(promised, `cost ${n}`)));
    took.push(performance.now() - startedAt);
  }
  return took;
}
