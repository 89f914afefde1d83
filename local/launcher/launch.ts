/** `npm start`: from arguments and settings to a running stack, and back to nothing. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { localEndpoints } from '../local-endpoints.ts';
import { createSettingsFile, readSettings, withEnvironment } from '../settings-file.ts';
import { parseArguments } from './arguments.ts';
import { banner } from './banner.ts';
import { lockDataFolder } from './data-lock.ts';
import { endLeftovers } from './leftovers.ts';
import type { Log } from './log.ts';
import { piecesOf } from './pieces.ts';
import { makePlan } from './plan.ts';
import { removeProcesses } from './processes-file.ts';
import { Stack } from './stack.ts';

export interface LaunchContext {
  /** The project folder. */
  readonly root: string;
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
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
  const { root, print, logFor } = context;
  const given = parseArguments(context.argv, root);
  const { settingsFile, entitiesFile, inspect } = given;
  const shownFile = shortPath(settingsFile, root);
  if (
    shownFile === 'local.settings.json' &&
    createSettingsFile(settingsFile, join(root, 'local.settings.sample.json'))
  ) {
    print('Created local.settings.json from local.settings.sample.json.\n');
  }
  const { values, host } = readSettings(settingsFile);
  const endpoints = localEndpoints(withEnvironment(values, context.environment));
  if (!existsSync(join(root, 'dist/functions.cjs')))
    throw new Error('The function app is not built: run "npm run build", then start again.');
  const dataDir = makeFolder(given.dataDir);
  const lock = lockDataFolder(dataDir);
  await endLeftovers(dataDir);
  const plan = await makePlan(endpoints, host.LocalHttpPort, shownFile);
  const url = `http://localhost:${host.LocalHttpPort}`;
  const options = { root, settingsFile, dataDir, entitiesFile, httpPort: host.LocalHttpPort, logFor };
  const pieces = piecesOf(plan, { ...options, ...(inspect !== undefined && { inspect }) });
  const stack = new Stack(pieces, { url, dataDir, logFor });
  const launched = { stop: () => stop(stack, dataDir, lock), kill: () => stack.kill() };
  onStarted(launched);
  try {
    await stack.start();
  } catch (error) {
    await launched.stop();
    throw error;
  }
  print(
    banner({
      url,
      services: plan.services,
      settingsFile: shownFile,
      dataDir,
      ...(inspect !== undefined && { inspect }),
    }),
  );
}

async function stop(stack: Stack, dataDir: string, lock: { release(): void }): Promise<void> {
  await stack.stop();
  removeProcesses(dataDir);
  lock.release();
}

/** As a person in the project folder would name it. */
function shortPath(file: string, root: string): string {
  const path = relative(root, file);
  return path.startsWith('..') ? file : path;
}

/** Without links, as the kernel shows it of the processes that work in it. */
function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return realpathSync(folder);
}
