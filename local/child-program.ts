/**
 * How a program of local/ behaves as a child of the launcher: it says `{type: 'ready'}` on Node's IPC channel, answers `{type: 'ping'}`
 * with `{type: 'pong'}`, and closes on SIGTERM or when the channel closes, because then the launcher is gone.
 */
import { messageOf } from './failure.ts';

interface Closable {
  close(): Promise<void>;
}

/** Starts what the program is for; a failure ends the program with one sentence on stderr and exit code 1. */
export async function runAsChild(start: () => Promise<Closable>): Promise<void> {
  outliveTheLauncher();
  let stopAsked = false;
  let running: Closable | undefined;
  const stop = () => {
    if (stopAsked) return;
    stopAsked = true;
    if (running) void end(running);
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(event, stop);
  process.on('message', (message: { type?: string }) => {
    if (message.type === 'ping') process.send?.({ type: 'pong' });
  });
  try {
    running = await start();
  } catch (error) {
    console.error(messageOf(error));
    process.exit(1);
  }
  if (stopAsked) return end(running);
  process.send?.({ type: 'ready' });
}

async function end(running: Closable): Promise<void> {
  await running.close();
  process.exit(0);
}

/** Once the launcher is gone nobody reads our output, and a failed write must not cut the closing short. */
function outliveTheLauncher(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
