import type { TokenCredential } from '@azure/identity';
import jwt from 'jsonwebtoken';
import {
  createConnectionInfo,
  type ConnectionInfo,
  parseSignalRConnectionString,
} from '../../signalr/connection-info.ts';
import { type Environment, setting } from '../binding-expressions.ts';
import type { Binding } from '../core-types.ts';
import { machineIdentity } from '../machine-identity.ts';

/** The SignalR Service that a binding points at. */
export interface SignalRService {
  /** An absolute URL that ends with a slash. */
  readonly endpoint: string;
  /** Where a client connects, and with which token. */
  connectionInfo(hub: string, userId: string | undefined): Promise<ConnectionInfo>;
  /** What a call of the data plane is authorized with. */
  tokenFor(url: string): Promise<string>;
}

/** The setting that SignalR bindings use when they name none. */
const defaultConnection = 'AzureSignalRConnectionString';
const callSeconds = 300;

const services = new WeakMap<Environment, Map<string, SignalRService>>();

/** By connection string, or else by endpoint and this machine's identity. @throws when there is no setting for either. */
export function signalRService(binding: Binding, environment: Environment): SignalRService {
  const given = binding['connectionStringSetting'] ?? binding['connection'];
  const name = typeof given === 'string' && given !== '' ? given : defaultConnection;
  const known = services.get(environment) ?? new Map<string, SignalRService>();
  services.set(environment, known);
  let service = known.get(name);
  if (service === undefined) known.set(name, (service = connect(name, environment)));
  return service;
}

function connect(name: string, environment: Environment): SignalRService {
  const connectionString = setting(environment, name);
  if (connectionString) return byKey(connectionString);
  const serviceUri = setting(environment, `${name}__serviceUri`);
  if (serviceUri) return byIdentity(serviceUri, machineIdentity(setting(environment, `${name}__clientId`)));
  throw new Error(
    `The SignalR connection string is missing: put it into the setting "${name}", or the endpoint into "${name}__serviceUri".`,
  );
}

function byKey(connectionString: string): SignalRService {
  const { endpoint, accessKey } = parseSignalRConnectionString(connectionString);
  return {
    endpoint,
    connectionInfo: async (hub, userId) => createConnectionInfo({ connectionString, hub, userId }),
    tokenFor: async (url) => jwt.sign({ aud: url }, accessKey, { expiresIn: callSeconds }),
  };
}

/** learn.microsoft.com/azure/azure-signalr/signalr-reference-data-plane-rest-api#authenticate-via-microsoft-entra-token */
const scope = 'https://signalr.azure.com/.default';
const apiVersion = '2024-12-01';
const tokenMinutes = 60;

/** Without a key no token for clients can be signed here: the service makes it. */
function byIdentity(serviceUri: string, credential: TokenCredential): SignalRService {
  const endpoint = serviceUri.endsWith('/') ? serviceUri : `${serviceUri}/`;
  const tokenFor = async () => {
    const token = await credential.getToken(scope);
    if (token === null) throw new Error('This machine gets no token for SignalR Service: sign in with "az login".');
    return token.token;
  };
  return {
    endpoint,
    tokenFor,
    async connectionInfo(hub, userId) {
      const query = new URLSearchParams({ 'api-version': apiVersion, minutesToExpire: String(tokenMinutes) });
      if (userId !== undefined) query.set('userId', userId);
      const url = `${endpoint}api/hubs/${encodeURIComponent(hub)}/:generateToken?${query.toString()}`;
      const headers = { authorization: `Bearer ${await tokenFor()}` };
      const answer = await fetch(url, { method: 'POST', headers });
      if (!answer.ok) throw new Error(refusal(answer.status, new URL(url).pathname));
      const { token } = (await answer.json()) as { token: string };
      return { url: `${endpoint}client/?hub=${hub}`, accessToken: token };
    },
  };
}

export function refusal(status: number, path: string): string {
  const hint = status === 401 || status === 403 ? ' Does this identity have the role "SignalR Service Owner"?' : '';
  return `SignalR answered ${status} to ${path}.${hint}`;
}
