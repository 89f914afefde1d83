import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AppRegistry } from './core-api.ts';
import type { FunctionRunner } from './function-runner.ts';
import { runHooks } from './hooks.ts';
import type { Listening } from './http/listen.ts';
import type { Trigger } from './trigger.ts';

/** Everything of a running host that has an end. */
export interface RunningParts {
  readonly registry: AppRegistry;
  readonly runner: FunctionRunner;
  readonly server: Server;
  readonly listening: Listening;
  readonly triggers: readonly Trigger[];
  /** Connections that outputs and HTTP streaming hold. */
  readonly connections: readonly { close(): void | Promise<void> }[];
}

/** How long the last frames (answers, abandoned messages, closed links) may take to leave. */
const closeMs = 1_000;

/**
 * Receives nothing more, lets work under way finish for `drainMs`, closes connections, then tells the app. Messages whose functions have
 * not finished by then are given back, so that they come again at once instead of when their locks end.
 */
export async function stopParts(
  { registry, runner, server, listening, triggers, connections }: RunningParts,
  drainMs: number,
): Promise<void> {
  await within(drainMs, [listening.close(), runner.idle(), ...triggers.map(finish)]);
  server.closeAllConnections();
  runner.failAll(new Error('The host stopped before the function had finished.'));
  await within(closeMs, triggers.map(closeSettled));
  await within(
    closeMs,
    connections.map(async (connection) => connection.close()),
  );
  await runHooks(registry.hooks.appTerminate, {
    hookData: registry.appLevelHookData,
    appHookData: registry.appHookData,
  });
}

/**
 * Fails all work under way, as when the worker process dies in Azure. Triggers stop first: a message that came now would fail as well,
 * and again and again until it had no deliveries left.
 */
export async function failParts({ runner, listening, triggers }: RunningParts, reason: Error): Promise<void> {
  const finished = [listening.close(), ...triggers.map(finish)];
  runner.failAll(reason);
  await within(closeMs, finished);
}

async function closeSettled(trigger: Trigger): Promise<void> {
  await trigger.settled();
  await trigger.close();
}

async function finish(trigger: Trigger): Promise<void> {
  await trigger.pause();
  await trigger.settled();
}

/** Waits until all of the work has ended, well or badly, but no longer than `milliseconds`. */
async function within(milliseconds: number, work: readonly Promise<unknown>[]): Promise<void> {
  const timeout = new AbortController();
  const expired = delay(milliseconds, undefined, { signal: timeout.signal }).catch(() => undefined);
  await Promise.race([Promise.allSettled(work), expired]);
  timeout.abort();
}
