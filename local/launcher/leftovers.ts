/** Waits for the children of a launcher that was killed: they close by themselves then, and must be gone before new ones start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { endLeftover } from '../redis-leftover.ts';
import { readProcesses } from './processes-file.ts';

const patienceMs = 5_000;

/** Kills what is still there after 5 s. To be called by the holder of the data folder's lock. */
export async function endLeftovers(dataDir: string): Promise<void> {
  const pids = Object.values(readProcesses(dataDir)?.pieces ?? {}).map(({ pid }) => pid);
  const left = () => pids.filter((pid) => pid !== null).filter((pid) => worksOn(pid, dataDir));
  for (let waited = 0; waited < patienceMs && left().length > 0; waited += 50) await delay(50);
  for (const pid of left()) process.kill(pid, 'SIGKILL');
  // Its arguments do not tell where it works; it must not be taken for a Redis of somebody else's either.
  await endLeftover(join(dataDir, 'redis'));
}

/** A PID may have been given to another program since: ours have the data folder among their arguments. */
function worksOn(pid: number, dataDir: string): boolean {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return args.some((arg) => arg === dataDir || arg.startsWith(`${dataDir}/`));
  } catch {
    return false;
  }
}
