/**
 * "local.settings.json says what runs where": which connection settings point at this machine, and at which of its ports.
 * A setting that points elsewhere, is empty or is missing has no local endpoint: it is left to Azure.
 */
import { connectionSettings } from '../contracts/names.ts';

export interface LocalEndpoint {
  /** Name of the setting, for messages. */
  readonly setting: string;
  readonly host: string;
  readonly port: number;
}
export interface KeyedEndpoint extends LocalEndpoint {
  readonly key: string;
}
export interface StorageEndpoint extends LocalEndpoint {
  /** What the setting says, for the storage SDK. */
  readonly connection: string;
  /** In the form of Azurite's AZURITE_ACCOUNTS (`name:key`); unset: its well-known development account. */
  readonly accounts?: string;
}
export interface LocalEndpoints {
  readonly redis?: LocalEndpoint & { readonly password?: string };
  readonly serviceBus?: KeyedEndpoint & { readonly keyName: string };
  readonly signalR?: KeyedEndpoint;
  readonly blob?: StorageEndpoint;
  readonly table?: StorageEndpoint;
}

/** Fails with one sentence where a setting that points at this machine cannot be served here. */
export function localEndpoints(values: Record<string, string>): LocalEndpoints {
  const found = {
    redis: redisEndpoint(connectionSettings.redis, values),
    serviceBus: serviceBusEndpoint(connectionSettings.serviceBus, values),
    signalR: signalREndpoint(connectionSettings.signalR, values),
    ...storageEndpoints(connectionSettings.storage, values),
  };
  return Object.fromEntries(Object.entries(found).filter(([, endpoint]) => endpoint !== undefined));
}

type Values = Record<string, string>;

/** https://www.iana.org/assignments/uri-schemes/prov/redis */
function redisEndpoint(setting: string, values: Values): LocalEndpoints['redis'] {
  const url = urlIn(setting, values[setting], values);
  if (!url || !isThisMachine(url.hostname)) return undefined;
  if (url.protocol !== 'redis:') {
    throw new Error(
      `${setting} asks for ${url.protocol}// on this machine, where Redis speaks without TLS: write redis://.`,
    );
  }
  const password = decodeURIComponent(url.password);
  return { setting, host: url.hostname, port: Number(url.port || 6379), ...(password && { password }) };
}

/** The SDK leaves TLS out, and takes a port, for connection strings of Microsoft's emulator only. */
function serviceBusEndpoint(setting: string, values: Values): LocalEndpoints['serviceBus'] {
  const parts = connectionString(values[setting]);
  const url = urlIn(setting, parts.get('endpoint'), values);
  if (!url || !isThisMachine(hostOf(url))) return undefined;
  if (parts.get('usedevelopmentemulator') !== 'true') {
    throw new Error(
      `${setting} points at this machine: add "UseDevelopmentEmulator=true;" to it, else the SDK asks for TLS.`,
    );
  }
  const [keyName, key] = [required(parts, 'SharedAccessKeyName', setting), required(parts, 'SharedAccessKey', setting)];
  return { setting, host: hostOf(url), port: Number(url.port || 5672), keyName, key };
}

function signalREndpoint(setting: string, values: Values): KeyedEndpoint | undefined {
  const parts = connectionString(values[setting]);
  const url = urlIn(setting, parts.get('endpoint'), values);
  if (!url || !isThisMachine(url.hostname)) return undefined;
  if (url.protocol !== 'http:') throw new Error(`${setting} asks for TLS on this machine: write "Endpoint=http://…".`);
  const port = Number(parts.get('port') ?? (url.port || 80));
  return { setting, host: url.hostname, port, key: required(parts, 'AccessKey', setting) };
}

/** https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string */
function storageEndpoints(setting: string, values: Values): Pick<LocalEndpoints, 'blob' | 'table'> {
  const connection = values[setting] ?? '';
  const parts = connectionString(connection);
  if (parts.get('usedevelopmentstorage') === 'true') {
    const here = { setting, connection, host: '127.0.0.1' };
    return { blob: { ...here, port: 10_000 }, table: { ...here, port: 10_002 } };
  }
  const [name, key] = [parts.get('accountname'), parts.get('accountkey')];
  const accounts = name && key ? { accounts: `${name}:${key}` } : {};
  const endpoint = (part: string, defaultPort: number) => {
    const url = URL.parse(parts.get(part) ?? '');
    if (!url || !isThisMachine(url.hostname)) return {};
    if (url.protocol !== 'http:')
      throw new Error(`${setting} asks for TLS on this machine: write http:// in its endpoints.`);
    return {
      [part.replace('endpoint', '')]: {
        setting,
        connection,
        host: url.hostname,
        port: Number(url.port || defaultPort),
        ...accounts,
      },
    };
  };
  return { ...endpoint('blobendpoint', 80), ...endpoint('tableendpoint', 80) };
}

/** What is left to somebody else, for people to see: by setting, the host that it names. */
export function remoteHosts(values: Values): ReadonlyMap<string, string> {
  const { redis, serviceBus, signalR } = connectionSettings;
  const hosts = new Map<string, string>();
  for (const setting of [redis, serviceBus, signalR]) {
    const text = setting === redis ? values[setting] : connectionString(values[setting]).get('endpoint');
    const url = urlIn(setting, text, values);
    if (url && !isThisMachine(hostOf(url))) hosts.set(setting, url.host);
  }
  // Named without a key: an identity signs in.
  const namespace = values[`${serviceBus}__fullyQualifiedNamespace`];
  const service = URL.parse(values[`${signalR}__serviceUri`] ?? '')?.host;
  if (namespace && !values[serviceBus]) hosts.set(serviceBus, namespace);
  if (service && !values[signalR]) hosts.set(signalR, service);
  return hosts;
}

/** The URL that a setting is or has in it; undefined where the setting is missing or empty, which the app itself tells. */
function urlIn(setting: string, text: string | undefined, values: Values): URL | undefined {
  if (!values[setting]) return undefined;
  const url = URL.parse(text ?? '');
  if (url?.hostname) return url;
  throw new Error(`${setting} names no server: write it as in local.settings.sample.json, or as Azure shows it.`);
}

/** `Name=value;Name=value`, names in any case, values may contain "=". */
function connectionString(text = ''): Map<string, string> {
  const parts = text.split(';').filter((part) => part.includes('='));
  return new Map(
    parts.map((part) => [
      part.slice(0, part.indexOf('=')).trim().toLowerCase(),
      part.slice(part.indexOf('=') + 1).trim(),
    ]),
  );
}

function required(parts: Map<string, string>, name: string, setting: string): string {
  const value = parts.get(name.toLowerCase());
  if (!value) throw new Error(`${setting} has no ${name}: copy the value from local.settings.sample.json.`);
  return value;
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** URL leaves the host of an unknown scheme as it is written: "sb://LocalHost" keeps its capitals. */
const hostOf = (url: URL) => url.hostname.toLowerCase();
