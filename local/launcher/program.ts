/** What `npm start` and `npm run dev` have in common: a launcher that runs until it is told to stop. */
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import type { Mode } from './arguments.ts';
import type { Launched } from './launch.ts';

/** npm passes Ctrl-C on although the terminal has done so already: two signals so close together are one wish. */
const sameWishMs = 700;

export async function runLauncher(mode: Mode): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    const command = mode === 'dev' ? 'npm run dev' : 'npm start';
    fail(
      `Node 24 is needed, this is ${process.version}: run "npm ci", then "${command}", which uses the Node that npm installed.`,
    );
  }
  // Imported after the check: older versions do not know all that these files use.
  const { launch } = await import('./launch.ts');
  const { prefixedLogs } = await import('./log.ts');
  const stopper = stopOnSignals();
  try {
    const root = join(import.meta.dirname, '../..');
    const logFor = prefixedLogs({ out: process.stdout, now: () => new Date() });
    const print = (text: string) => void process.stdout.write(text);
    const context = { root, argv: process.argv.slice(2), environment: process.env, mode, print, logFor };
    await launch(context, (launched) => (stopper.launched = launched));
  } catch (error) {
    if (!stopper.stopping) fail(messageOf(error));
  }
}

interface Stopper {
  launched: Launched | undefined;
  stopping: boolean;
}

function stopOnSignals(): Stopper {
  const stopper: Stopper = { launched: undefined, stopping: false };
  let askedAt = 0;
  const stop = async () => {
    if (stopper.stopping) {
      if (Date.now() - askedAt < sameWishMs) return;
      stopper.launched?.kill();
      process.exit(130);
    }
    stopper.stopping = true;
    askedAt = Date.now();
    console.log('\nStopping …');
    await stopper.launched?.stop();
    process.exit(0);
  };
  // A closed terminal must not cut the stopping short.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  // Started by a program over IPC, as tests do: when that program is gone, nobody is left to stop us.
  process.on('disconnect', () => void stop());
  return stopper;
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}
