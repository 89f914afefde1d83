import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The program's command line. */
export interface HostArguments {
  /** Folders and files as absolute paths. */
  readonly appFolder: string;
  readonly settingsFile: string;
  readonly dataFolder: string;
  /** In place of the settings file's `LocalHttpPort`. */
  readonly port: number | undefined;
  readonly drainMs: number | undefined;
  /** Check function keys, as with `func start --enableAuth`. */
  readonly enableAuth: boolean;
}

const usage = 'Use: main.ts --app FOLDER --settings FILE --data DIR [--port N] [--drain-seconds N] [--enable-auth]';

/** @throws one sentence with the usage. */
export function readArguments(args: readonly string[]): HostArguments {
  const string = { type: 'string' } as const;
  const options = {
    app: string,
    settings: string,
    data: string,
    port: string,
    'drain-seconds': string,
    'enable-auth': { type: 'boolean' } as const,
  };
  const { values } = parse(() => parseArgs({ args: [...args], options }));
  const { app, settings, data } = values;
  if (!app || !settings || !data) throw new Error(`The Functions host needs to know its folders. ${usage}.`);
  const drainSeconds = number(values['drain-seconds'], '--drain-seconds');
  return {
    appFolder: resolve(app),
    settingsFile: resolve(settings),
    dataFolder: resolve(data),
    port: number(values.port, '--port'),
    enableAuth: values['enable-auth'] ?? false,
    drainMs: drainSeconds === undefined ? undefined : drainSeconds * 1000,
  };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}. ${usage}.`, { cause: error });
  }
}

function number(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`${name} must be a whole number, not "${text}". ${usage}.`);
  return Number(text);
}
