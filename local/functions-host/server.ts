import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadApp } from './app-loader.ts';
import type { Environment } from './binding-expressions.ts';
import { createBindings } from './bindings.ts';
import { type AppRegistry, createAppRegistry, createCoreApi, provideCoreModule } from './core-api.ts';
import { createFunctionRunner } from './function-runner.ts';
import { runHooks } from './hooks.ts';
import { readHostJson } from './host-json.ts';
import { type CorsOptions, createCors } from './http/cors.ts';
import { createHttpHost } from './http/http-host.ts';
import { listen } from './http/listen.ts';
import { createRouteTable, reportRoutes } from './http/route-table.ts';
import { createHttpForwarder } from './http/streaming.ts';
import { toLogLevel } from './invocation.ts';
import { createLog, type Log } from './log.ts';
import { readOrCreateSecret } from './secret-file.ts';
import { servedFunctions } from './served-functions.ts';
import { createSignIn } from './sign-in/endpoints.ts';
import { createSessionCookies } from './sign-in/session-cookie.ts';
import { connectionInfoBinding } from './signalr/connection-info-binding.ts';
import type { Trigger } from './trigger.ts';
import { startTriggers } from './triggers.ts';

export interface FunctionsHostOptions {
  /** Holds the app's package.json and host.json. */
  readonly appFolder: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Address to listen on; both loopback addresses unless told otherwise. */
  readonly host?: string;
  /** App settings, as bindings see them. The app itself reads `process.env`. */
  readonly environment: Environment;
  /** Where session keys, function keys and the status of timers are kept. */
  readonly dataFolder: string;
  readonly cors?: CorsOptions | undefined;
  /** How long work under way may go on when the host closes, in milliseconds. Azure gives 10 s. */
  readonly drainMs?: number | undefined;
  /** Called when a function has timed out: the process must end, for its handler cannot be stopped otherwise. */
  readonly onTimeout: (error: Error) => void;
}

export interface FunctionsHost {
  readonly port: number;
  readonly log: Log;
  /** Stops receiving, lets work under way finish, runs the app's `appTerminate` hooks. */
  close(): Promise<void>;
  /** Fails all work under way, before the process ends: HTTP callers get 500, messages are given back. */
  fail(reason: Error): Promise<void>;
}

const azureDrainMs = 10_000;
/** How long the last frames (answers, abandoned messages, closed links) may take to leave. */
const closeMs = 1_000;

/** Hosts the function app of a folder. A process hosts one app at most: the app's library is told of its host process-wide. */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const { environment, dataFolder, onTimeout } = options;
  const hostJson = await readHostJson(options.appFolder, availableParallelism());
  const log = createLog(hostJson.logLevels);
  const registry = createAppRegistry();
  provideCoreModule(createCoreApi(registry, (level, _category, message) => log.write(toLogLevel(level), message)));
  const capabilities = await loadApp(options.appFolder, registry);

  const runner = createFunctionRunner({ registry, log, timeoutMs: hostJson.functionTimeoutMs, onTimeout });
  const bindings = createBindings({
    inputs: { signalrconnectioninfo: connectionInfoBinding(environment) },
    outputs: {},
  });
  const functions = servedFunctions(registry.functions.values(), bindings, environment, log);
  const routes = createRouteTable(functions, hostJson.routePrefix);
  reportRoutes(routes, log);

  const signIn = createSignIn(createSessionCookies(await readOrCreateSecret(join(dataFolder, 'session.key'))));
  const forwarder = capabilities['HttpUri'] ? createHttpForwarder(capabilities['HttpUri']) : undefined;
  const server = createHttpHost({ runner, bindings, forwarder, routes, signIn, cors: createCors(options.cors), log });
  const listening = await listen(server, options.port, options.host);
  const triggers = startTriggers({ runner, bindings, environment, hostJson, log, dataFolder }, functions);
  return {
    port: listening.port,
    log,
    close: async () => {
      const settled = Promise.all([listening.close(), runner.idle(), ...triggers.map(finish)]);
      await within(options.drainMs ?? azureDrainMs, settled);
      server.closeAllConnections();
      await within(closeMs, Promise.all(triggers.map((trigger) => trigger.close())));
      await terminateApp(registry);
      forwarder?.close();
    },
    fail: async (reason) => {
      const closed = listening.close();
      runner.failAll(reason);
      await within(closeMs, Promise.all([closed, ...triggers.map((trigger) => trigger.settled())]));
    },
  };
}

async function finish(trigger: Trigger): Promise<void> {
  await trigger.pause();
  await trigger.settled();
}

async function terminateApp(registry: AppRegistry): Promise<void> {
  await runHooks(registry.hooks.appTerminate, {
    hookData: registry.appLevelHookData,
    appHookData: registry.appHookData,
  });
}

/** Waits for the work, but no longer than `milliseconds`. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([work, delay(milliseconds, undefined, { signal: timeout.signal }).catch(() => undefined)]);
  timeout.abort();
}
