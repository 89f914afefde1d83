/**
 * As much of Azure App Configuration as its provider uses, over real sockets: key-values listed by page with ETags, conditional requests,
 * sync tokens, access keys (HMAC) and tokens of Entra ID. learn.microsoft.com/azure/azure-app-configuration/rest-api
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { loopbackTls } from './loopback-tls.ts';

export interface ConfigurationStore {
  readonly endpoint: string;
  /** With an access key that it takes. */
  readonly connectionString: string;
  /** How many requests were answered, by status. */
  readonly answered: ReadonlyMap<number, number>;
  set(key: string, value: unknown, contentType?: string): void;
  setFlag(name: string, enabled: boolean, filters?: readonly string[]): void;
  delete(key: string): void;
  /** From now on every request is answered with this status; undefined for as it should be. */
  fail(status: number | undefined): void;
  close(): Promise<void>;
}

interface KeyValue {
  readonly etag: string;
  readonly key: string;
  readonly label: null;
  readonly content_type: string;
  readonly value: string;
  readonly tags: object;
  readonly locked: boolean;
  readonly last_modified: string;
}

const flagPrefix = '.appconfig.featureflag/';
const flagType = 'application/vnd.microsoft.appconfig.ff+json;charset=utf-8';
interface StoreOptions {
  /** Over TLS; the Azure SDK sends tokens over nothing else. */
  readonly secure?: boolean;
  /** Whether a token of Entra ID may read. */
  readonly accepts?: (token: string) => boolean;
  readonly port?: number;
}

export async function startConfigurationStore(options: StoreOptions = {}): Promise<ConfigurationStore> {
  const { secure = false, accepts = () => false, port = 0 } = options;
  const access = { id: 'test', secret: Buffer.from(randomUUID()).toString('base64') };
  const keyValues = new Map<string, KeyValue>();
  const answered = new Map<number, number>();
  let failing: number | undefined;

  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const status = answer(request, response);
    answered.set(status, (answered.get(status) ?? 0) + 1);
  };
  function answer(request: IncomingMessage, response: ServerResponse): number {
    const url = new URL(request.url!, 'http://store');
    response.setHeader('sync-token', `jtqGc1I4=MDoyOA==;sn=${keyValues.size}`);
    const refused = failing ?? (isAllowed(request, access, accepts) ? undefined : 401);
    if (refused !== undefined) return end(response, refused);
    if (request.method !== 'GET' || url.pathname !== '/kv') return end(response, 404);
    return sendPage(request, response, list(url.searchParams.get('key') ?? '*'));
  }
  function list(filter: string): KeyValue[] {
    const matches = (key: string) => (filter.endsWith('*') ? key.startsWith(filter.slice(0, -1)) : key === filter);
    return [...keyValues.values()].filter(({ key }) => matches(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }
  function put(key: string, value: string, contentType: string): void {
    const more = { label: null, tags: {}, locked: false, last_modified: new Date().toISOString() };
    keyValues.set(key, { ...more, etag: randomUUID(), key, content_type: contentType, value });
  }

  const server = secure ? createTlsServer(loopbackTls(), handle) : createServer(handle);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const endpoint = `http${secure ? 's' : ''}://localhost:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    connectionString: `Endpoint=${endpoint};Id=${access.id};Secret=${access.secret}`,
    answered,
    set: (key, value, contentType = '') =>
      put(key, typeof value === 'string' ? value : JSON.stringify(value), contentType),
    setFlag(name, enabled, filters = []) {
      const client_filters = filters.map((filter) => ({ name: filter, parameters: {} }));
      put(flagPrefix + name, JSON.stringify({ id: name, enabled, conditions: { client_filters } }), flagType);
    },
    delete: (key) => void keyValues.delete(key),
    fail: (status) => void (failing = status),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function end(response: ServerResponse, status: number): number {
  response.writeHead(status).end();
  return status;
}

function sendPage(request: IncomingMessage, response: ServerResponse, items: readonly KeyValue[]): number {
  const etag = `"${createHash('sha256')
    .update(items.map((item) => item.etag).join())
    .digest('base64url')}"`;
  response.setHeader('etag', etag);
  if (request.headers['if-none-match'] === etag) return end(response, 304);
  response.setHeader('content-type', 'application/vnd.microsoft.appconfig.kvset+json; charset=utf-8');
  response.end(JSON.stringify({ items, etag }));
  return 200;
}

/** learn.microsoft.com/azure/azure-app-configuration/rest-api-authentication-hmac */
function isAllowed(
  request: IncomingMessage,
  access: { readonly id: string; readonly secret: string },
  accepts: (token: string) => boolean,
): boolean {
  const { authorization = '' } = request.headers;
  const [, token] = /^Bearer (.+)$/.exec(authorization) ?? [];
  if (token !== undefined) return accepts(token);
  const [, id, signed = '', signature] =
    /^HMAC-SHA256 Credential=([^&]*)&SignedHeaders=([^&]*)&Signature=(.*)$/.exec(authorization) ?? [];
  const values = signed.split(';').map((name) => request.headers[name.toLowerCase()]);
  const text = `${request.method}\n${request.url}\n${values.join(';')}`;
  const right = createHmac('sha256', Buffer.from(access.secret, 'base64')).update(text).digest('base64');
  return id === access.id && signature === right;
}
