import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startIdentityEndpoint, type IdentityEndpoint } from '../../../tests/support/identity-endpoint.ts';
import { connectionInfoBinding } from './connection-info-binding.ts';
import { signalROutputBinding } from './output-binding.ts';
import { signalRService } from './service.ts';

const binding = { type: 'signalRConnectionInfo', direction: 'in', hubName: 'Tasks', userId: '{query.user}' } as const;
const clientId = '8b1ee8a3-7a63-4d3e-9e39-6f3a2b7ad0f5';
const requests: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
let status = 200;
let identity: IdentityEndpoint;
let server: Server;
let environment: Record<string, string>;

// Not SignalR itself, which takes tokens of Entra ID only from Entra ID: what it is asked, and whether the answer is passed on.
beforeAll(async () => {
  identity = await startIdentityEndpoint({ clientId, lifeSeconds: 24 * 60 * 60 });
  Object.assign(process.env, identity.environment);
  server = createServer(({ method, url, headers }, response) => {
    requests.push({ method, url, headers });
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"token":"for-the-client"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  environment = {
    AzureSignalRConnectionString__serviceUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AzureSignalRConnectionString__clientId: clientId,
  };
});
beforeEach(() => void requests.splice(0));
afterEach(() => void (status = 200));
afterAll(() => {
  identity.close();
  server.closeAllConnections();
  server.close();
});

const bearer = () => `Bearer ${identity.issued[0]!.token}`;

it('has the service make the token of a client, as this identity, where there is no key', async () => {
  const { json } = await connectionInfoBinding(environment)(binding, { query: { user: 'ada&co' } });
  const { AzureSignalRConnectionString__serviceUri: uri } = environment;
  expect(JSON.parse(json!)).toEqual({ url: `${uri}/client/?hub=tasks`, accessToken: 'for-the-client' });
  const [{ method, url, headers }] = requests as [(typeof requests)[number]];
  expect([method, headers.authorization]).toEqual(['POST', bearer()]);
  const { pathname, searchParams } = new URL(url!, uri);
  expect(pathname).toBe('/api/hubs/tasks/:generateToken');
  expect(Object.fromEntries(searchParams)).toEqual({ 'api-version': '2024-12-01', minutesToExpire: '60', userId: 'ada&co' }); // prettier-ignore
});

it('sends messages as this identity', async () => {
  const value = { json: JSON.stringify({ target: 'news', arguments: [1], userId: 'ada' }) };
  await signalROutputBinding(environment)({ ...binding, direction: 'out' }, value, {});
  expect(requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/api/hubs/tasks/users/ada/:send?api-version=2022-06-01', bearer()],
  ]);
});

it('names the role that is missing where the service refuses it', async () => {
  status = 403;
  await expect(connectionInfoBinding(environment)(binding, { query: { user: 'ada' } })).rejects.toThrow(
    /SignalR answered 403 to .*generateToken\. Does this identity have the role "SignalR Service Owner"\?/,
  );
});

it('takes the connection string where there is one, from the setting that the binding names', () => {
  const text = (host: string) => `Endpoint=http://${host};AccessKey=key;Version=1.0;`;
  const both = { ...environment, AzureSignalRConnectionString: text('usual'), Other: text('other') };
  expect(signalRService(binding, both).endpoint).toBe('http://usual/');
  expect(signalRService({ ...binding, connectionStringSetting: 'Other' }, both).endpoint).toBe('http://other/');
});

it('says which settings it looks for', () => {
  expect(() => signalRService(binding, {})).toThrow(
    /put it into the setting "AzureSignalRConnectionString", or the endpoint into "AzureSignalRConnectionString__serviceUri"/,
  );
});
