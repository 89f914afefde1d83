import { randomBytes } from 'node:crypto';

import {
  HttpTransportType,
  type HubConnection,
  HubConnectionBuilder,
  type IHubProtocol,
  LogLevel,
} from '@microsoft/signalr';
import jwt from 'jsonwebtoken';

import { createConnectionInfo, parseSignalRConnectionString } from '../../../local/signalr/connection-info.ts';
import type { SignalROptions } from '../../../local/signalr/options.ts';
import { startSignalR } from '../../../local/signalr/server.ts';

const accessKey = 'bG9jYWwtc2lnbmFsci1hY2Nlc3Mta2V5LW5vdC1hLXNlY3JldA==';

interface ClientOptions {
  userId?: string;
  transport?: HttpTransportType;
  protocol?: IHubProtocol;
  reconnect?: boolean;
  /** Milliseconds. */
  keepAliveInterval?: number;
}

interface RestOptions {
  body?: unknown;
  query?: Record<string, string | number>;
  headers?: Record<string, string>;
}

/** A SignalR service under test, with one hub that nobody else uses: ours, or Azure's when a connection string is given. */
export class SignalRService {
  readonly hub = `t${randomBytes(8).toString('hex')}`;
  readonly connectionString: string;
  readonly #stop: () => Promise<void>;
  readonly #clients = new Set<HubConnection>();

  constructor(connectionString: string, stop: () => Promise<void>) {
    this.connectionString = connectionString;
    this.#stop = stop;
  }

  /** Without a slash at its end. */
  get endpoint(): string {
    return parseSignalRConnectionString(this.connectionString).endpoint.slice(0, -1);
  }

  get accessKey(): string {
    return parseSignalRConnectionString(this.connectionString).accessKey;
  }

  /** A connected client that was told where to connect as a negotiate function tells it. */
  async connect({
    userId,
    transport,
    protocol,
    reconnect,
    keepAliveInterval,
  }: ClientOptions = {}): Promise<HubConnection> {
    const { url, accessToken } = createConnectionInfo({
      connectionString: this.connectionString,
      hub: this.hub,
      userId,
    });
    const options = { accessTokenFactory: () => accessToken, transport: transport ?? HttpTransportType.WebSockets };
    const builder = new HubConnectionBuilder().withUrl(url, options).configureLogging(LogLevel.None);
    if (protocol) builder.withHubProtocol(protocol);
    if (reconnect) builder.withAutomaticReconnect([0]);
    if (keepAliveInterval !== undefined) builder.withKeepAliveInterval(keepAliveInterval);
    const connection = builder.build();
    this.#clients.add(connection);
    await connection.start();
    return connection;
  }

  /** Calls the data plane below `/api/hubs/HUB`, with a token for exactly that URL. */
  async rest(method: string, path: string, { body, query = {}, headers = {} }: RestOptions = {}): Promise<Response> {
    const url = `${this.endpoint}/api/hubs/${this.hub}${path}`;
    const search = new URLSearchParams({ 'api-version': '2022-06-01', ...query } as Record<string, string>);
    return fetch(`${url}?${search.toString()}`, {
      method,
      headers: { Authorization: `Bearer ${this.token({ aud: url })}`, 'Content-Type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  }

  send(path: string, target: string, ...args: unknown[]): Promise<Response> {
    return this.rest('POST', `${path}/:send`, { body: { target, arguments: args } });
  }

  /** A signed token; what is given replaces the usual claims. */
  token(claims: object): string {
    const seconds = Math.floor(Date.now() / 1000);
    return jwt.sign({ iat: seconds, exp: seconds + 60, ...claims }, this.accessKey);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.stop()));
    await this.#stop();
  }
}

/** The service of the connection string in AZURE_SIGNALR_CONNECTION_STRING (serverless mode), else ours on a free port. */
export async function openService(): Promise<SignalRService> {
  const azure = process.env['AZURE_SIGNALR_CONNECTION_STRING'];
  return azure ? new SignalRService(azure, async () => undefined) : openLocalService();
}

/** Ours, for tests that need its options. */
export async function openLocalService(options: Partial<SignalROptions> = {}): Promise<SignalRService> {
  const server = await startSignalR({ port: 0, accessKey, ...options });
  return new SignalRService(`Endpoint=http://localhost:${server.port};AccessKey=${accessKey};Version=1.0;`, () =>
    server.close(),
  );
}

/** What a client is called with, in order. */
export class Inbox {
  readonly #messages: unknown[][] = [];
  #wake: () => void = () => undefined;

  constructor(connection: HubConnection, target: string) {
    connection.on(target, (...args: unknown[]) => {
      this.#messages.push(args);
      this.#wake();
    });
  }

  /** The arguments of the next call. */
  async next(): Promise<unknown[]> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#messages.shift() ?? [];
  }
}

/** Resolves with the error, if any, when the client's connection has ended. */
export function closed(connection: HubConnection): Promise<Error | undefined> {
  return new Promise((resolve) => connection.onclose(resolve));
}
