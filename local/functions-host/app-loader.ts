import { glob, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../failure.ts';
import type { AppRegistry } from './core-api.ts';
import { runHooks } from './hooks.ts';
import type { Capabilities } from './core-types.ts';

interface PackageJson {
  main?: string;
  type?: string;
}

/**
 * Loads every file that the app's package.json names in `main` (a path or a glob, CommonJS or ES modules), runs its `appStart` hooks
 * and closes registration, as the Node.js worker does.
 *
 * @returns what the app's library can do (`HttpUri` when it streams HTTP, and what `app.setup({capabilities})` asked for).
 * @throws one sentence that names the file that could not be loaded.
 */
export async function loadApp(appFolder: string, registry: AppRegistry): Promise<Capabilities> {
  const packageJson = await readPackageJson(appFolder);
  for (const file of await entryPoints(appFolder, packageJson)) await loadFile(join(appFolder, file), packageJson);
  await runHooks(registry.hooks.appStart, {
    hookData: registry.appLevelHookData,
    appHookData: registry.appHookData,
    functionAppDirectory: appFolder,
  });
  registry.locked = true;
  return (await registry.programmingModel?.getCapabilities?.(workerCapabilities())) ?? {};
}

/** What the worker announces before the app's library adds to it. */
function workerCapabilities(): Capabilities {
  return {
    RawHttpBodyBytes: 'true',
    RpcHttpTriggerMetadataRemoved: 'true',
    RpcHttpBodyOnly: 'true',
    IgnoreEmptyValuedRpcHttpHeaders: 'true',
    UseNullableValueDictionaryForHttp: 'true',
    WorkerStatus: 'true',
    TypedDataCollection: 'true',
    HandlesWorkerTerminateMessage: 'true',
  };
}

async function readPackageJson(appFolder: string): Promise<PackageJson> {
  const file = join(appFolder, 'package.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no function app in ${appFolder}: it has no package.json.`);
  });
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as PackageJson;
  } catch (error) {
    throw new Error(`${file} is not valid JSON: ${messageOf(error)}.`);
  }
}

async function entryPoints(appFolder: string, { main }: PackageJson): Promise<string[]> {
  if (typeof main !== 'string' || main === '')
    throw new Error(`${appFolder}/package.json names no "main": the host does not know what to load.`);
  const files: string[] = [];
  for await (const file of glob(main, { cwd: appFolder })) {
    if ((await stat(join(appFolder, file))).isFile()) files.push(file);
  }
  if (files.length === 0)
    throw new Error(`"main" of ${appFolder}/package.json is "${main}", and no file is there: build the app first.`);
  return files.sort();
}

async function loadFile(file: string, packageJson: PackageJson): Promise<void> {
  try {
    if (isEsModule(file, packageJson)) await import(pathToFileURL(file).href);
    else createRequire(file)(file);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`Worker was unable to load entry point "${file}": ${stack}`);
  }
}

function isEsModule(file: string, packageJson: PackageJson): boolean {
  if (file.endsWith('.mjs')) return true;
  return !file.endsWith('.cjs') && packageJson.type === 'module';
}
