import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../failure.ts';
import { parseLenientJson } from '../lenient-json.ts';
import { parseTimeSpan } from './time-span.ts';

/** What the host honours of an app's host.json. Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json */
export interface HostJson {
  readonly routePrefix: string;
  /** Milliseconds; `undefined` means unlimited (`-1`). */
  readonly functionTimeoutMs: number | undefined;
  readonly logLevels: Readonly<Record<string, string>>;
  readonly serviceBus: ServiceBusOptions;
}

/** host.json `extensions.serviceBus` of extension 5.x; times in milliseconds. */
export interface ServiceBusOptions {
  readonly autoCompleteMessages: boolean;
  readonly prefetchCount: number;
  readonly maxConcurrentCalls: number;
  readonly maxConcurrentSessions: number;
  readonly maxConcurrentCallsPerSession: number;
  readonly maxMessageBatchSize: number;
  readonly minMessageBatchSize: number;
  readonly maxBatchWaitTimeMs: number;
  readonly maxAutoLockRenewalDurationMs: number;
  readonly sessionIdleTimeoutMs: number | undefined;
}

type Json = Record<string, unknown>;

/** Reads `host.json` in the app's folder. An app without one gets the defaults, as with Core Tools' warning. */
export async function readHostJson(appFolder: string, cores: number): Promise<HostJson> {
  const file = join(appFolder, 'host.json');
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const json = parseLenientJson(text, file);
  try {
    return parseHostJson(json, cores);
  } catch (error) {
    throw new Error(`${file} is not valid: ${messageOf(error)}.`);
  }
}

/** An empty file is one that does not say which version it has yet; any other must say "2.0", as in Azure. */
function checkVersion(json: Json): void {
  const { version } = json;
  if (version === '2.0' || Object.keys(json).length === 0) return;
  if (version === undefined) throw new Error('it is missing the required "version": add "version": "2.0"');
  throw new Error(`its "version" is ${JSON.stringify(version)}: write "version": "2.0"`);
}

/** `cores` scales the default concurrency of the Service Bus trigger (16 calls a core). */
export function parseHostJson(json: unknown, cores: number): HostJson {
  if (!isObject(json)) throw new Error('it must hold one JSON object');
  checkVersion(json);
  const extensions = asObject(json['extensions']);
  const routePrefix = asObject(extensions['http'])['routePrefix'];
  return {
    routePrefix: typeof routePrefix === 'string' ? routePrefix.replace(/^\/+|\/+$/g, '') : 'api',
    functionTimeoutMs: functionTimeout(json['functionTimeout']),
    logLevels: asObject(asObject(json['logging'])['logLevel']) as Record<string, string>,
    serviceBus: serviceBusOptions(asObject(extensions['serviceBus']), cores),
  };
}

const defaultFunctionTimeout = '00:30:00';

function functionTimeout(value: unknown): number | undefined {
  return value === '-1' || value === -1 ? undefined : timeSpan(value ?? defaultFunctionTimeout, 'functionTimeout');
}

function serviceBusOptions(json: Json, cores: number): ServiceBusOptions {
  const count = (name: string, fallback: number, least = 1) =>
    wholeNumber(json[name] ?? fallback, `extensions.serviceBus.${name}`, least);
  const time = (name: string, fallback: string) => timeSpan(json[name] ?? fallback, `extensions.serviceBus.${name}`);
  return {
    autoCompleteMessages: json['autoCompleteMessages'] !== false,
    prefetchCount: count('prefetchCount', 0, 0),
    maxConcurrentCalls: count('maxConcurrentCalls', 16 * cores),
    maxConcurrentSessions: count('maxConcurrentSessions', 8),
    maxConcurrentCallsPerSession: count('maxConcurrentCallsPerSession', 1),
    maxMessageBatchSize: count('maxMessageBatchSize', 1000),
    minMessageBatchSize: count('minMessageBatchSize', 1),
    maxBatchWaitTimeMs: time('maxBatchWaitTime', '00:00:30'),
    maxAutoLockRenewalDurationMs: time('maxAutoLockRenewalDuration', '00:05:00'),
    sessionIdleTimeoutMs: json['sessionIdleTimeout'] === undefined ? undefined : time('sessionIdleTimeout', ''),
  };
}

function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function timeSpan(value: unknown, name: string): number {
  const milliseconds = typeof value === 'string' ? parseTimeSpan(value) : undefined;
  if (milliseconds === undefined) throw new Error(`"${name}" must be a time like "00:05:00"`);
  return milliseconds;
}

function wholeNumber(value: unknown, name: string, least: number): number {
  if (!Number.isInteger(value) || (value as number) < least)
    throw new Error(`"${name}" must be a whole number of at least ${least}`);
  return value as number;
}
