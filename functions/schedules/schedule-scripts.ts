import { registerScripts } from '../azure/redis-scripts.ts';
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

/** Runs one atomic step. */
export const runScheduleScript = registerScripts(
  'schedule',
  Object.fromEntries(Object.entries(scripts).map(([name, lua]) => [name, `${shared}\n${lua}`])) as typeof scripts,
);
