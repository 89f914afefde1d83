/** `npm start`: runs the function app and the services it needs on this machine, until Ctrl-C. */
import { join } from 'node:path';
import { messageOf } from './failure.ts';
import type { Launched } from './launcher/launch.ts';

/** npm passes Ctrl-C on although the terminal has done so already: two signals so close together are one wish. */
const sameWishMs = 700;

if (Number(process.versions.node.split('.')[0]) < 24) {
  fail(
    `Node 24 is needed, this is ${process.version}: run "npm ci", then "npm start", which uses the Node that npm installed.`,
  );
}
// Imported after the check: older versions do not know all that these files use.
const { launch } = await import('./launcher/launch.ts');
const { prefixedLogs } = await import('./launcher/log.ts');

let launched: Launched | undefined;
let stopAskedAt: number | undefined;

async function stop(): Promise<void> {
  if (stopAskedAt !== undefined) {
    if (Date.now() - stopAskedAt < sameWishMs) return;
    launched?.kill();
    process.exit(130);
  }
  stopAskedAt = Date.now();
  console.log('\nStopping …');
  await launched?.stop();
  process.exit(0);
}

function fail(sentence: string): never {
  console.error(sentence);
  process.exit(1);
}

// A closed terminal must not cut the stopping short.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
// Started by a program over IPC, as tests do: when that program is gone, nobody is left to stop us.
process.on('disconnect', () => void stop());

try {
  const root = join(import.meta.dirname, '..');
  const logFor = prefixedLogs({ out: process.stdout, now: () => new Date() });
  const print = (text: string) => void process.stdout.write(text);
  const context = { root, argv: process.argv.slice(2), environment: process.env, print, logFor };
  await launch(context, (started) => (launched = started));
} catch (error) {
  if (stopAskedAt === undefined) fail(messageOf(error));
}
