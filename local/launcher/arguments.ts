import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../failure.ts';

export interface LauncherArguments {
  /** Absolute paths. */
  readonly settingsFile: string;
  readonly dataDir: string;
  readonly entitiesFile: string;
  /** `PORT` or `HOST:PORT`. */
  readonly inspect: string | undefined;
  /** Everything but the Functions host, which then is somebody else's, such as `func start`. */
  readonly servicesOnly: boolean;
  /** Opens the control socket for faults on demand. */
  readonly control: boolean;
  /** Builds first what has changed; npm's script says so. */
  readonly build: boolean;
  /** Where `ng serve` listens; `npm run dev` only. */
  readonly webPort: number;
}

/** `start`: what was built. `dev`: what is being written, with reload on change. */
export type Mode = 'start' | 'dev';

const common = '[--settings FILE] [--data DIR] [--entities FILE] [--inspect[=PORT]] [--control] [--services-only]';
const usages = {
  start: `Usage: npm start -- ${common}`,
  dev: `Usage: npm run dev -- ${common} [--web-port PORT]`,
};

/** Paths are relative to `root`, where npm runs its scripts. */
export function parseArguments(argv: readonly string[], root: string, mode: Mode): LauncherArguments {
  const values = parse(argv, mode);
  const webPort = Number(values['web-port']);
  if (!Number.isInteger(webPort) || webPort < 1 || webPort > 65_535)
    throw new Error(`--web-port must be a port number, not "${values['web-port']}". ${usages[mode]}`);
  return {
    settingsFile: resolve(root, values.settings),
    dataDir: resolve(root, values.data),
    entitiesFile: resolve(root, values.entities),
    inspect: values.inspect,
    control: values.control,
    build: values.build,
    servicesOnly: values['services-only'],
    webPort,
  };
}

function parse(argv: readonly string[], mode: Mode) {
  const options = {
    settings: { type: 'string', default: 'local.settings.json' },
    data: { type: 'string', default: '.local' },
    entities: { type: 'string', default: 'contracts/service-bus.json' },
    inspect: { type: 'string' },
    control: { type: 'boolean', default: false },
    build: { type: 'boolean', default: false },
    'services-only': { type: 'boolean', default: false },
    'web-port': { type: 'string', default: '4200' },
  } as const;
  try {
    if (mode === 'start' && argv.some((arg) => arg.startsWith('--web-port')))
      throw new Error("Unknown option '--web-port'");
    return parseArgs({ args: argv.map((arg) => (arg === '--inspect' ? '--inspect=9229' : arg)), options }).values;
  } catch (error) {
    throw new Error(`${messageOf(error).replace(/\.? To specify.*$/s, '')}. ${usages[mode]}`, { cause: error });
  }
}
