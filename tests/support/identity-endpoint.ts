/** The endpoint at which App Service gives tokens to a managed identity. learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IdentityEndpoint {
  /** What tells @azure/identity of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** In the order in which they were issued. */
  readonly issued: readonly IssuedToken[];
  close(): void;
}

export interface IssuedToken {
  readonly token: string;
  /** Whom it is for: `https://redis.azure.com`. */
  readonly resource: string;
}

/**
 * @param clientId of the one identity it knows
 * @param accept called with each token before it is given away
 */
export async function startIdentityEndpoint(options: {
  readonly clientId: string;
  readonly lifeSeconds: number;
  readonly accept?: (issued: IssuedToken) => Promise<unknown>;
}): Promise<IdentityEndpoint> {
  const { clientId, lifeSeconds, accept = async () => undefined } = options;
  const secret = randomUUID();
  const issued: IssuedToken[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url!, 'http://localhost');
    const resource = searchParams.get('resource') ?? '';
    const isRight = request.headers['x-identity-header'] === secret && searchParams.get('client_id') === clientId;
    if (!isRight) return void response.writeHead(400).end();
    const token = { token: `token-${issued.length + 1}-${randomUUID()}`, resource };
    void accept(token).then(() => {
      issued.push(token);
      const expiresOn = String(Math.floor(Date.now() / 1000) + lifeSeconds);
      response.setHeader('content-type', 'application/json');
      const more = { expires_on: expiresOn, resource, token_type: 'Bearer', client_id: clientId };
      response.end(JSON.stringify({ access_token: token.token, ...more }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token`;
  return {
    environment: { IDENTITY_ENDPOINT: url, IDENTITY_HEADER: secret },
    issued,
    close: () => server.close(),
  };
}
