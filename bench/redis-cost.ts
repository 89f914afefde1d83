/**
 * What a task costs Redis: runs the scripts of whole lives in a loop on a Redis of its own, and prints the server's CPU time
 * per task, as the median of several rounds. `node bench/redis-cost.ts [tasks per round] [rounds]`
 */
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as TaskIds from '../functions/tasks/task-id.ts';
import type * as TaskStores from '../functions/tasks/task-store.ts';
import { startRedis } from '../local/redis.ts';

const [tasks = 5_000, rounds = 5] = process.argv.slice(2).map(Number);
const owners = 20;
const folder = mkdtempSync(join(tmpdir(), 'redis-cost-'));

/** The store's scripts are Lua files, which only a bundler or jest can import. */
async function load<Module>(file: string): Promise<Module> {
  const outfile = join(folder, `${file.replaceAll('/', '-')}.cjs`);
  await build({
    entryPoints: [file], outfile, bundle: true, platform: 'node', format: 'cjs', loader: { '.lua': 'text' },
  }); // prettier-ignore
  return (await import(outfile)) as Module;
}

async function cpuSeconds(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const seconds = (name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)![1]);
  return seconds('used_cpu_user_main_thread') + seconds('used_cpu_sys_main_thread');
}

const { TaskStore } = await load<typeof TaskStores>('functions/tasks/task-store.ts');
const { createTaskId } = await load<typeof TaskIds>('functions/tasks/task-id.ts');
const server = await startRedis({ port: 0, dataDir: folder, appendonly: false });
const redis = new Redis(server.url, { enableAutoPipelining: true });
const store = new TaskStore(redis);

async function live(n: number): Promise<void> {
  const owner = `owner-${n % owners}`;
  const id = createTaskId(owner, Date.now());
  const payload = JSON.stringify({ message: 'x'.repeat(1_000) });
  await store.accept({
    id, owner, type: 'echo', delivery: 'at-least-once', details: { tags: [], priority: 'normal' },
    payload, payloadBytes: payload.length, maxAttempts: 7, lane: 'tasks',
  }); // prettier-ignore
  await store.confirmSent(id, 1, 0);
  await store.start(id, 1, 'token', 30_000);
  await store.complete(id, 'token', payload);
}

const inFlight = 64;
async function round(): Promise<number> {
  const before = await cpuSeconds(redis);
  let next = 0;
  const work = async () => {
    while (next < tasks) await live(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return (((await cpuSeconds(redis)) - before) / tasks) * 1e6;
}

await round();
const figures: number[] = [];
for (let i = 0; i < rounds; i += 1) figures.push(await round());
figures.sort((a, b) => a - b);
const list = figures.map((figure) => figure.toFixed(1)).join(', ');
console.log(`CPU time of Redis per task: median ${figures[Math.floor(rounds / 2)]!.toFixed(1)} µs (${list})`);
redis.disconnect();
await server.close();
rmSync(folder, { recursive: true, force: true });
