import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../failure.ts';

export interface LauncherArguments {
  /** Absolute paths. */
  readonly settingsFile: string;
  readonly dataDir: string;
  readonly entitiesFile: string;
  /** `PORT` or `HOST:PORT`. */
  readonly inspect?: string;
}

const usage = 'Usage: npm start -- [--settings FILE] [--data DIR] [--entities FILE] [--inspect[=PORT]]';

/** Paths are relative to `root`, where npm runs its scripts. */
export function parseArguments(argv: readonly string[], root: string): LauncherArguments {
  const { settings, data, entities, inspect } = parse(
    argv.map((arg) => (arg === '--inspect' ? '--inspect=9229' : arg)),
  );
  return {
    settingsFile: resolve(root, settings),
    dataDir: resolve(root, data),
    entitiesFile: resolve(root, entities),
    ...(inspect !== undefined && { inspect }),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        settings: { type: 'string', default: 'local.settings.json' },
        data: { type: 'string', default: '.local' },
        entities: { type: 'string', default: 'contracts/service-bus.json' },
        inspect: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new Error(`${messageOf(error).replace(/\.? To specify.*$/s, '')}. ${usage}`, { cause: error });
  }
}
