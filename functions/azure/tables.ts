import type { TokenCredential } from '@azure/identity';
import type { TableClient, TableServiceClient, TableServiceClientOptions } from '@azure/data-tables';
import { getSettings, type Settings } from '../settings.ts';
import { createCredential } from './credential.ts';

/** Where tables are: by a connection string, or by endpoint and identity. */
export type TableConnection =
  | { readonly connectionString: string }
  | { readonly serviceUri: string; readonly credential: () => Promise<TokenCredential> };

type TableSettings = Pick<
  Settings,
  'AzureWebJobsStorage' | 'AzureWebJobsStorage__tableServiceUri' | 'AzureWebJobsStorage__clientId'
>;

/** Undefined when no setting names a Table Storage. */
export function tableConnection(settings: TableSettings): TableConnection | undefined {
  const { AzureWebJobsStorage: connectionString, AzureWebJobsStorage__tableServiceUri: serviceUri } = settings;
  if (connectionString) return { connectionString };
  const clientId = settings.AzureWebJobsStorage__clientId;
  return serviceUri ? { serviceUri, credential: () => createCredential(clientId) } : undefined;
}

/** A request of a person waits for these. */
const retryOptions = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 2_000 };
/** A storage that stands still refuses nothing, it answers nothing: a request is given up then, and not repeated. */
const answersWithinMs = 10_000;

/** The tables of an account whose names begin alike. */
export class TableGroup {
  readonly #connection: TableConnection;
  readonly #prefix: string;
  readonly #options: TableServiceClientOptions;
  readonly #tables = new Map<string, Promise<TableClient>>();
  #service: Promise<TableServiceClient> | undefined;

  /** @param prefix letters only */
  constructor(connection: TableConnection, prefix: string, withinMs = answersWithinMs) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#options = optionsFor(connection, withinMs);
  }

  /** It need not exist. @param name digits */
  table(name: string): Promise<TableClient> {
    let table = this.#tables.get(name);
    if (table === undefined) this.#tables.set(name, (table = this.#open(this.#prefix + name)));
    return table;
  }

  /** The names of those that exist. */
  async list(): Promise<string[]> {
    const service = await this.#getService();
    const filter = `TableName ge '${this.#prefix}' and TableName lt '${this.#prefix}~'`;
    const names: string[] = [];
    for await (const { name } of service.listTables({ queryOptions: { filter } })) {
      if (name !== undefined) names.push(name.slice(this.#prefix.length));
    }
    return names;
  }

  async create(name: string): Promise<void> {
    await (await this.#getService()).createTable(this.#prefix + name);
  }

  async delete(name: string): Promise<void> {
    await (await this.#getService()).deleteTable(this.#prefix + name);
  }

  async #getService(): Promise<TableServiceClient> {
    this.#service ??= this.#connect();
    return this.#service;
  }

  async #connect(): Promise<TableServiceClient> {
    const { TableServiceClient } = await import('@azure/data-tables');
    if ('connectionString' in this.#connection) {
      const { connectionString } = this.#connection;
      return TableServiceClient.fromConnectionString(connectionString, this.#options);
    }
    const { serviceUri, credential } = this.#connection;
    return new TableServiceClient(serviceUri, await credential(), this.#options);
  }

  async #open(name: string): Promise<TableClient> {
    const { TableClient } = await import('@azure/data-tables');
    if ('connectionString' in this.#connection) {
      const { connectionString } = this.#connection;
      return TableClient.fromConnectionString(connectionString, name, this.#options);
    }
    const { serviceUri, credential } = this.#connection;
    return new TableClient(serviceUri, name, await credential(), this.#options);
  }
}

function optionsFor(connection: TableConnection, withinMs: number): TableServiceClientOptions {
  const text = 'connectionString' in connection ? connection.connectionString : connection.serviceUri;
  // Microsoft's emulator on this machine has no TLS.
  const allowInsecureConnection = /http:|UseDevelopmentStorage=true/i.test(text);
  const deadline: AdditionalPolicy = {
    position: 'perCall',
    policy: {
      name: 'deadline',
      sendRequest: (request, next) => {
        request.timeout = withinMs;
        return next(request);
      },
    },
  };
  return { retryOptions, allowInsecureConnection, additionalPolicies: [deadline] };
}

type AdditionalPolicy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number];

let history: TableGroup | undefined;

/** The tables of history; undefined when no Table Storage is set up. */
export function getHistoryTables(): TableGroup | undefined {
  const connection = tableConnection(getSettings());
  if (connection !== undefined) history ??= new TableGroup(connection, 'history');
  return history;
}
