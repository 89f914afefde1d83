/** Reads local.settings.json as Azure Functions Core Tools do. https://learn.microsoft.com/azure/azure-functions/functions-develop-local */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { messageOf } from './failure.ts';
import { parseLenientJson } from './lenient-json.ts';

export interface LocalSettings {
  /** What becomes the app's environment: `Values`, and `ConnectionStrings` as `ConnectionStrings:<name>`. */
  readonly values: Record<string, string>;
  readonly host: HostSettings;
}

export interface HostSettings {
  readonly LocalHttpPort: number;
  /** Origins, comma-separated, or `*`. */
  readonly CORS?: string;
  readonly CORSCredentials?: boolean;
}

/** Core Tools' port. */
const defaultHttpPort = 7071;

/** Every failure is one sentence that names the file and says what to do. */
export function readSettings(file: string): LocalSettings {
  const name = basename(file);
  const document = parseLenientJson(readText(file), name);
  if (!isRecord(document)) throw new Error(`${name} must hold one JSON object with "Values" in it.`);
  if (document['IsEncrypted'] === true) {
    throw new Error(
      `${name} is encrypted: run "func settings decrypt", or set "IsEncrypted" to false and fill in the values.`,
    );
  }
  const values = valuesOf(document['Values'] ?? {}, name);
  const connections = connectionStringsOf(document['ConnectionStrings'] ?? {}, name);
  return { values: { ...values, ...connections }, host: hostOf(document['Host'] ?? {}, name) };
}

/** A non-empty environment variable wins over the file's value, as in Core Tools. */
export function withEnvironment(
  values: Record<string, string>,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, environment[name] || value]));
}

/** Returns whether the file was missing and is now a copy of the sample. */
export function createSettingsFile(file: string, sample: string): boolean {
  if (existsSync(file)) return false;
  copyFileSync(sample, file);
  return true;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Error(
        `${file} does not exist: copy local.settings.sample.json to it, or give another file with --settings.`,
        {
          cause: error,
        },
      );
    }
    throw new Error(`${file} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

function valuesOf(values: unknown, name: string): Record<string, string> {
  if (!isRecord(values)) throw new Error(`"Values" in ${name} must be an object of strings.`);
  for (const [key, value] of Object.entries(values)) {
    if (typeof value !== 'string')
      throw new Error(`"${key}" under "Values" in ${name} must be a string: ${suggestion(value)}.`);
  }
  return values as Record<string, string>;
}

/** Core Tools set `ConnectionStrings:<name>` in the environment, from a string or from `{ConnectionString, ProviderName}`. */
function connectionStringsOf(connections: unknown, name: string): Record<string, string> {
  if (!isRecord(connections)) throw new Error(`"ConnectionStrings" in ${name} must be an object.`);
  const settings = Object.entries(connections).map(([key, value]) => {
    const connection = isRecord(value) ? value['ConnectionString'] : value;
    if (typeof connection === 'string') return [`ConnectionStrings:${key}`, connection] as const;
    throw new Error(
      `"${key}" under "ConnectionStrings" in ${name} must be a string, or an object with a "ConnectionString".`,
    );
  });
  return Object.fromEntries(settings);
}

function suggestion(value: unknown): string {
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return isScalar
    ? `write "${value}" instead of ${value}`
    : 'objects, arrays and null cannot become environment variables';
}

function hostOf(host: unknown, name: string): HostSettings {
  if (!isRecord(host)) throw new Error(`"Host" in ${name} must be an object.`);
  const { LocalHttpPort = defaultHttpPort, CORS, CORSCredentials } = host;
  const port = Number(LocalHttpPort);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(
      `"LocalHttpPort" under "Host" in ${name} must be a port number, not ${JSON.stringify(LocalHttpPort)}.`,
    );
  }
  if (CORS !== undefined && typeof CORS !== 'string')
    throw new Error(`"CORS" under "Host" in ${name} must be a string.`);
  if (CORSCredentials !== undefined && typeof CORSCredentials !== 'boolean') {
    throw new Error(`"CORSCredentials" under "Host" in ${name} must be true or false.`);
  }
  return {
    LocalHttpPort: port,
    ...(CORS !== undefined && { CORS }),
    ...(CORSCredentials !== undefined && { CORSCredentials }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
