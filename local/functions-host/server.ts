import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { loadApp } from './app-loader.ts';
import type { Environment } from './binding-expressions.ts';
import { createBindings } from './bindings.ts';
import { type AppRegistry, createAppRegistry, createCoreApi, provideCoreModule } from './core-api.ts';
import type { Capabilities, RegisteredFunction } from './core-types.ts';
import { createFunctionRunner } from './function-runner.ts';
import { type HostJson, readHostJson } from './host-json.ts';
import { createAdmin } from './http/admin.ts';
import { type CorsOptions, createCors } from './http/cors.ts';
import { type Authorize, checkKeys, readOrCreateKeys, skipKeys } from './http/function-keys.ts';
import { createHttpHost } from './http/http-host.ts';
import { listen } from './http/listen.ts';
import { createRouteTable, reportRoutes } from './http/route-table.ts';
import { createHttpForwarder } from './http/streaming.ts';
import { toLogLevel } from './invocation.ts';
import { failParts, type RunningParts, stopParts } from './lifecycle.ts';
import { createLog, type Log } from './log.ts';
import { readOrCreateSecret } from './secret-file.ts';
import { createServiceBusOutput } from './service-bus/output-binding.ts';
import { servedFunctions } from './served-functions.ts';
import { createSignIn } from './sign-in/endpoints.ts';
import { createBearerTokens } from './sign-in/bearer-tokens.ts';
import { createSessionCookies } from './sign-in/session-cookie.ts';
import { connectionInfoBinding } from './signalr/connection-info-binding.ts';
import { signalROutputBinding } from './signalr/output-binding.ts';
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
  /** Check function keys, kept in `keys.json` of the data folder. Off as in Core Tools unless asked for. */
  readonly enableAuth?: boolean | undefined;
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

/** Hosts the function app of a folder. A process hosts one app at most: the app's library is told of its host process-wide. */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const hostJson = await readHostJson(options.appFolder, availableParallelism());
  const log = createLog(hostJson.logLevels);
  const registry = createAppRegistry();
  provideCoreModule(createCoreApi(registry, (level, _category, message) => log.write(toLogLevel(level), message)));
  const capabilities = await loadApp(options.appFolder, registry);
  const parts = await startParts(options, { hostJson, log, registry, capabilities });
  return {
    port: parts.listening.port,
    log,
    close: () => stopParts(parts, options.drainMs ?? azureDrainMs),
    fail: (reason) => failParts(parts, reason),
  };
}

interface LoadedApp {
  readonly hostJson: HostJson;
  readonly log: Log;
  readonly registry: AppRegistry;
  readonly capabilities: Capabilities;
}

async function startParts(
  options: FunctionsHostOptions,
  { hostJson, log, registry, capabilities }: LoadedApp,
): Promise<RunningParts> {
  const { environment, dataFolder, onTimeout } = options;
  const output = createServiceBusOutput(environment);
  const bindings = createBindings({
    inputs: { signalrconnectioninfo: connectionInfoBinding(environment) },
    outputs: { signalr: signalROutputBinding(environment), servicebus: output.write },
  });
  const functions = servedFunctions(registry.functions.values(), bindings, environment, log);
  const runner = createFunctionRunner({ registry, bindings, log, timeoutMs: hostJson.functionTimeoutMs, onTimeout });

  const routes = createRouteTable(functions, hostJson.routePrefix);
  reportRoutes(routes, log);
  const key = await readOrCreateSecret(join(dataFolder, 'session.key'));
  const signIn = createSignIn(createSessionCookies(key), createBearerTokens(key));
  const forwarder = capabilities['HttpUri'] ? createHttpForwarder(capabilities['HttpUri']) : undefined;
  const authorize = await authorization(options, functions);
  const admin = createAdmin({ functions, runner, log, authorize });
  const cors = createCors(options.cors);
  const server = createHttpHost({ runner, forwarder, routes, signIn, admin, cors, authorize, log });
  const listening = await listen(server, options.port, options.host);

  const includeEmptyEntries = Boolean(capabilities['IncludeEmptyEntriesInMessagePayload']);
  const triggers = startTriggers({ runner, environment, hostJson, log, dataFolder, includeEmptyEntries }, functions);
  return { registry, runner, server, listening, triggers, connections: forwarder ? [output, forwarder] : [output] };
}

async function authorization(
  { enableAuth, dataFolder }: FunctionsHostOptions,
  functions: readonly RegisteredFunction[],
): Promise<Authorize> {
  if (!enableAuth) return skipKeys;
  const names = functions.map(({ metadata }) => metadata.name);
  return checkKeys(await readOrCreateKeys(join(dataFolder, 'keys.json'), names));
}
