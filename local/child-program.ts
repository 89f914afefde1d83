/**
 * How a program of local/ behaves as a child of the launcher: it says `{type: 'ready'}` on Node's IPC channel, answers `{type: 'ping'}`
 * with `{type: 'pong'}` and `{type: 'request', id, …}` with `{type: 'reply', id, …}`, and closes on SIGTERM or when the channel closes,
 * because then the launcher is gone.
 */
import { Fatal, messageOf } from './failure.ts';

interface Program {
  close(): Promise<void>;
  /** Does what the launcher asks for; its result must survive JSON. */
  answer?(request: unknown): unknown;
}

/** What arrives on the channel. */
interface Message {
  readonly type?: string;
  readonly id?: number;
  readonly request?: unknown;
}

/** Starts what the program is for; a failure ends the program with one sentence on stderr and exit code 1. */
export async function runAsChild(start: () => Promise<Program>): Promise<void> {
  outliveTheLauncher();
  process.on('uncaughtException', (error) => {
    console.error(error instanceof Fatal ? error.message : error);
    process.exit(1);
  });
  let stopAsked = false;
  let running: Program | undefined;
  const stop = () => {
    if (stopAsked) return;
    stopAsked = true;
    if (running) void end(running);
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(event, stop);
  process.on('message', ({ type, id, request }: Message) => {
    if (type === 'ping') process.send?.({ type: 'pong' });
    if (type === 'request') process.send?.({ type: 'reply', id, ...replyTo(request, running) });
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

function replyTo(request: unknown, program: Program | undefined): { result: unknown } | { error: string } {
  try {
    if (!program?.answer) return { error: 'The program takes no requests.' };
    return { result: program.answer(request) };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function end(running: Program): Promise<void> {
  await running.close();
  process.exit(0);
}

/** Once the launcher is gone nobody reads our output, and a failed write must not cut the closing short. */
function outliveTheLauncher(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
