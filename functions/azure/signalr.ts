import type { TokenCredential } from '@azure/identity';
import jwt from 'jsonwebtoken';
import { signalRHub } from '../../contracts/names.ts';
import { getSettings, type Settings } from '../settings.ts';
import { getToken, lazyCredential } from './credential.ts';
import { callHttp } from './http-call.ts';

/** Data plane REST API of Azure SignalR Service (learn.microsoft.com/azure/azure-signalr/signalr-quickstart-rest-api). */
const apiVersion = '2022-06-01';
const requestTimeoutMs = 5_000;
const tokenLifetimeS = 60 * 60;

/** `endpoint` is `https://…`, without a slash at the end. */
export type SignalRConnection =
  | { readonly endpoint: string; readonly accessKey: string }
  | { readonly endpoint: string; readonly credential: TokenCredential };

type SignalRSettings = Pick<Settings, `AzureSignalRConnectionString${'' | '__serviceUri' | '__clientId'}`>;

/** By connection string, or else by endpoint and identity. @throws when the connection string has no Endpoint or AccessKey */
export function signalRConnection(settings: SignalRSettings): SignalRConnection {
  const { AzureSignalRConnectionString: connectionString, AzureSignalRConnectionString__serviceUri: uri = '' } =
    settings;
  if (connectionString) return parseConnectionString(connectionString);
  const credential = lazyCredential(settings.AzureSignalRConnectionString__clientId);
  return { endpoint: uri.replace(/\/$/, ''), credential };
}

function parseConnectionString(text: string): SignalRConnection {
  const parts = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) parts.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  const [endpoint, accessKey, port] = [parts.get('endpoint'), parts.get('accesskey'), parts.get('port')];
  if (!endpoint || !accessKey) {
    throw new Error('AzureSignalRConnectionString should look like Endpoint=https://…;AccessKey=…;Version=1.0;');
  }
  return { endpoint: endpoint.replace(/\/$/, '') + (port ? `:${port}` : ''), accessKey };
}

let connection: SignalRConnection | undefined;

export function getSignalRConnection(): SignalRConnection {
  connection ??= signalRConnection(getSettings());
  return connection;
}

/** Whom a message goes to. */
export type Target = { readonly user: string } | { readonly group: string };

function pathOf(target: Target): string {
  return 'user' in target ? `users/${encodeURIComponent(target.user)}` : `groups/${encodeURIComponent(target.group)}`;
}

export async function sendToClients(target: Target, method: string, args: readonly unknown[]): Promise<void> {
  await callSignalR('POST', `/api/hubs/${signalRHub}/${pathOf(target)}/:send`, { target: method, arguments: args });
}

/** All connections of this user, now and later, receive what is sent to the group. */
export async function addUserToGroup(user: string, group: string): Promise<void> {
  await callSignalR('PUT', membershipPath(user, group));
}

export async function removeUserFromGroup(user: string, group: string): Promise<void> {
  await callSignalR('DELETE', membershipPath(user, group));
}

function membershipPath(user: string, group: string): string {
  return `/api/hubs/${signalRHub}/users/${encodeURIComponent(user)}/groups/${encodeURIComponent(group)}`;
}

/** What SignalR clients connect with. */
export interface ClientAccess {
  readonly url: string;
  readonly accessToken: string;
}

/** For one user's browsers: to listen, for an hour. learn.microsoft.com/azure/azure-signalr/signalr-reference-data-plane-rest-api */
export async function clientAccess(user: string): Promise<ClientAccess> {
  const connection = getSignalRConnection();
  const url = `${connection.endpoint}/client/?hub=${signalRHub}`;
  if (!('accessKey' in connection)) return { url, accessToken: await generateToken(user) };
  const options = { audience: url, expiresIn: tokenLifetimeS };
  return { url, accessToken: jwt.sign({ nameid: user }, connection.accessKey, options) };
}

/** The first version that has it. */
const generateTokenVersion = '2024-12-01';

/** Without a key no token can be signed here: the service makes it. */
async function generateToken(user: string): Promise<string> {
  const url = new URL(`${getSignalRConnection().endpoint}/api/hubs/${signalRHub}/:generateToken`);
  const minutesToExpire = String(tokenLifetimeS / 60);
  url.search = new URLSearchParams({ 'api-version': generateTokenVersion, userId: user, minutesToExpire }).toString();
  const headers = { authorization: `Bearer ${await tokenFor(url.href)}` };
  const answer = await fetch(url, { method: 'POST', headers, signal: AbortSignal.timeout(requestTimeoutMs) });
  if (!answer.ok) throw new Error(`SignalR answered ${answer.status} to POST ${url.pathname}`);
  return ((await answer.json()) as { readonly token: string }).token;
}

export async function checkSignalR(): Promise<void> {
  await callSignalR('GET', '/api/health');
}

async function callSignalR(method: string, path: string, body?: unknown): Promise<void> {
  const url = `${getSignalRConnection().endpoint}${path}`;
  const status = await callHttp(new URL(`${url}?api-version=${apiVersion}`), {
    method,
    headers: { authorization: `Bearer ${await tokenFor(url)}`, 'content-type': 'application/json' },
    timeoutMs: requestTimeoutMs,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (status < 200 || status > 299) throw new Error(`SignalR answered ${status} to ${method} ${path}`);
}

/** learn.microsoft.com/azure/azure-signalr/signalr-howto-authorize-managed-identity */
const scope = 'https://signalr.azure.com/.default';

/** The library behind the credential keeps the token as long as it is valid. */
async function tokenFor(url: string): Promise<string> {
  const connection = getSignalRConnection();
  if ('accessKey' in connection) return signedToken(url, connection.accessKey);
  return (await getToken(connection.credential, scope)).token;
}

const tokens = new Map<string, { readonly token: string; readonly until: number }>();
const rememberedTokens = 1_000;

/** A JWT for one URL (its audience), kept for half its life: signing costs more than sending. */
function signedToken(audience: string, accessKey: string): string {
  const known = tokens.get(audience);
  if (known !== undefined && known.until > Date.now()) return known.token;
  const token = jwt.sign({}, accessKey, { audience, expiresIn: tokenLifetimeS });
  if (tokens.size >= rememberedTokens) tokens.clear();
  tokens.set(audience, { token, until: Date.now() + (tokenLifetimeS / 2) * 1000 });
  return token;
}
