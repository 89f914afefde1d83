/** `npm start` and `npm run dev`: from arguments and settings to a running stack, and back to nothing. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { localEndpoints, remoteHosts } from '../local-endpoints.ts';
import { findRedisServer } from '../redis-binary.ts';
import { createSettingsFile, readSettings, withEnvironment } from '../settings-file.ts';
import type { HostSettings } from '../settings-file.ts';
import { parseArguments } from './arguments.ts';
import type { Mode } from './arguments.ts';
import { banner } from './banner.ts';
import { allowBrowserUploads } from './browser-uploads.ts';
import { openControl } from './control.ts';
import type { Control } from './control.ts';
import { buildWhatChanged } from './build.ts';
import { makeDataFolder } from './data-folder.ts';
import { lockDataFolder } from './data-lock.ts';
import { endLeftovers } from './leftovers.ts';
import type { Log } from './log.ts';
import { piecesOf, redisToolsFolder } from './pieces.ts';
import { makePlan } from './plan.ts';
import { removeProcesses } from './processes-file.ts';
import { Stack } from './stack.ts';

export interface LaunchContext {
  /** The project folder. */
  readonly root: string;
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly mode: Mode;
  readonly print: (text: string) => void;
  readonly logFor: (name: string) => Log;
}

export interface Launched {
  stop(): Promise<void>;
  /** Ends everything at once. */
  kill(): void;
}

/**
 * Resolves when everything is ready and the banner is printed. What fails is one sentence; nothing is left running then.
 * `onStarted` receives the way to stop from the moment on at which there is something to stop.
 */
export async function launch(context: LaunchContext, onStarted: (launched: Launched) => void): Promise<void> {
  const { root, mode, print, logFor } = context;
  const given = parseArguments(context.argv, root, mode);
  const { settingsFile, inspect, servicesOnly } = given;
  const shownFile = shortPath(settingsFile, root);
  if (shownFile === 'local.settings.json') createFromSample(context, settingsFile);
  const { values, host } = readSettings(settingsFile);
  const settings = withEnvironment(values, context.environment);
  const endpoints = localEndpoints(settings);
  const dataDir = makeDataFolder(given.dataDir);
  const lock = lockDataFolder(dataDir);
  await endLeftovers(dataDir);

  const httpPort = host.LocalHttpPort;
  const webPort = mode === 'dev' ? given.webPort : undefined;
  const plan = await makePlan(endpoints, { httpPort: servicesOnly ? undefined : httpPort, webPort }, shownFile);
  // Told before what takes long.
  if (plan.redis) await findRedisServer(join(root, redisToolsFolder));
  if (given.build) await buildWhatChanged(root);
  if (mode === 'start' && !servicesOnly) demandBuild(root);
  const url = `http://localhost:${httpPort}`;
  const webOrigins = webOriginsOf(host, webPort);
  const pieces = piecesOf(plan, { ...given, root, dataDir, httpPort, webPort, webOrigins, logFor });
  const stack = new Stack(pieces, { url, dataDir, logFor });
  let control: Control | undefined;
  const launched = {
    async stop() {
      control?.close();
      await stack.stop();
      removeProcesses(dataDir);
      lock.release();
    },
    kill: () => stack.kill(),
  };
  onStarted(launched);
  try {
    if (mode === 'dev') {
      // Imported here: `npm start` needs no builder.
      const { reloadOnChange } = await import('./reload.ts');
      await reloadOnChange({ ...given, ...context, stack, log: logFor('build') });
    }
    await stack.start();
    if (endpoints.blob && !plan.blob) await allowBrowserUploads(endpoints.blob, webOrigins);
    if (given.control) control = await openControl(dataDir, stack);
  } catch (error) {
    await launched.stop();
    throw error;
  }
  const builtWebUrl = servicesOnly ? undefined : url;
  const webUrl = webPort === undefined ? builtWebUrl : `http://localhost:${webPort}`;
  const { services } = plan;
  const shown = {
    remoteHosts: remoteHosts(settings),
    settingsFile: shownFile,
    dataDir,
    inspect,
    controlPath: control?.path,
  };
  print(banner({ webUrl, apiUrl: url, servicesOnly, services, ...shown }));
}

/** The web app's own origins, and those that the settings allow to call the API. */
function webOriginsOf({ LocalHttpPort, CORS = '' }: HostSettings, webPort: number | undefined): string[] {
  const ports = webPort === undefined ? [LocalHttpPort] : [LocalHttpPort, webPort];
  const own = ports.flatMap((port) => [`http://localhost:${port}`, `http://127.0.0.1:${port}`]);
  const allowed = CORS.split(',').map((origin) => origin.trim().replace(/\/$/, ''));
  return [...new Set([...own, ...allowed])].filter((origin) => origin !== '');
}

function createFromSample({ root, print }: LaunchContext, settingsFile: string): void {
  if (createSettingsFile(settingsFile, join(root, 'local.settings.sample.json')))
    print('Created local.settings.json from local.settings.sample.json.\n');
}

function demandBuild(root: string): void {
  if (!existsSync(join(root, 'dist/functions.cjs')))
    throw new Error('The function app is not built: run "npm run build", then start again.');
}

/** As a person in the project folder would name it. */
function shortPath(file: string, root: string): string {
  const path = relative(root, file);
  return path.startsWith('..') ? file : path;
}
