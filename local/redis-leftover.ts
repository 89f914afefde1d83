/** Two redis-servers on one append-only file would destroy it: one that a killed launcher left behind is ended first. */
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Ends the redis-server that `dataDir`'s PID file names, if it still runs in that very folder. Waits up to 5 s for it. */
export async function endLeftover(dataDir: string): Promise<void> {
  const pid = Number(await readFile(join(dataDir, 'redis.pid'), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !(await runsIn(pid, dataDir))) return;
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; waited < 5_000; waited += 50) {
    if (!(await runsIn(pid, dataDir))) return;
    await delay(50);
  }
  throw new Error(`A redis-server from an earlier start still uses ${dataDir}: end process ${pid}, then start again.`);
}

/** A PID may have been given to another program since: ours is the one whose working directory is the data folder. */
async function runsIn(pid: number, dataDir: string): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return folder === dataDir;
}
