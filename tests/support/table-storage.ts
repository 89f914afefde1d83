/** Table Storage as it takes tokens of Entra ID, over TLS: what comes with one is passed on to Azurite, which takes none without TLS. */
import { AzureNamedKeyCredential, generateAccountSas } from '@azure/data-tables';
import { once } from 'node:events';
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { loopbackTls } from './loopback-tls.ts';

export interface TableStorage {
  /** For `AzureWebJobsStorage__tableServiceUri`. */
  readonly serviceUri: string;
  close(): void;
}

const allowed = { query: true, write: true, delete: true, list: true, add: true, update: true };

/**
 * @param connectionString of Azurite
 * @param accepts which tokens may read and write
 */
export async function startTableStorage(
  connectionString: string,
  accepts: (token: string) => boolean,
): Promise<TableStorage> {
  const valueOf = (name: string) => new RegExp(`(?:^|;)${name}=([^;]+)`).exec(connectionString)![1]!;
  const endpoint = new URL(valueOf('TableEndpoint'));
  const key = new AzureNamedKeyCredential(valueOf('AccountName'), valueOf('AccountKey'));
  const signature = generateAccountSas(key, { permissions: allowed });
  const server = createServer(loopbackTls(), (request, response) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (accepts(token)) passOn(request, response, endpoint, signature);
    else response.writeHead(403).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    // The library takes localhost for Cosmos DB, to which other tokens belong.
    serviceUri: `https://127.0.0.1:${(server.address() as AddressInfo).port}${endpoint.pathname}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function passOn(request: IncomingMessage, response: ServerResponse, endpoint: URL, signature: string): void {
  const headers = { ...request.headers };
  delete headers.authorization;
  const path = `${request.url!}${request.url!.includes('?') ? '&' : '?'}${signature}`;
  const { hostname, port } = endpoint;
  const passed = ask({ hostname, port, path, method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode!, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  request.pipe(passed);
}
