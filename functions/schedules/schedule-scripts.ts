import type { Redis } from 'ioredis';
import create from './lua/create.lua';
import deleteSchedule from './lua/delete.lua';
import goOn from './lua/go-on.lua';
import noteRun from './lua/note-run.lua';
import pause from './lua/pause.lua';
import resume from './lua/resume.lua';
import settleRun from './lua/settle-run.lua';
import shared from './lua/shared.lua';
import update from './lua/update.lua';

const scripts = { create, delete: deleteSchedule, goOn, noteRun, pause, resume, settleRun, update };
export type ScheduleScript = keyof typeof scripts;

type Command = (key: string, ...args: (string | number)[]) => Promise<unknown>;

const prepared = new WeakSet<Redis>();

/** Makes the scripts known to a connection: as `prepareScripts` of tasks, before its first command. */
export function prepareScheduleScripts(redis: Redis): void {
  if (prepared.has(redis)) return;
  for (const [script, lua] of Object.entries(scripts)) {
    redis.defineCommand(`schedule:${script}`, { numberOfKeys: 1, lua: `${shared}\n${lua}` });
  }
  prepared.add(redis);
}

/** Runs one atomic step. ioredis sends the script's hash, and the script itself only where Redis does not know it. */
export async function runScheduleScript(
  redis: Redis,
  name: ScheduleScript,
  scheduleKey: string,
  args: (string | number)[],
): Promise<unknown> {
  prepareScheduleScripts(redis);
  const command = (redis as unknown as Record<string, Command>)[`schedule:${name}`]!;
  return command.call(redis, scheduleKey, ...args);
}
