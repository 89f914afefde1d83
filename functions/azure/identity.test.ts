import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sample from '../../local.settings.sample.json' with { type: 'json' };
import { startIdentityEndpoint, type IdentityEndpoint } from '../../tests/support/identity-endpoint.ts';
import { connectServiceBus } from './service-bus.ts';
import { clientAccess, getSignalRConnection, sendToClients, signalRConnection } from './signalr.ts';

const clientId = '8b1ee8a3-7a63-4d3e-9e39-6f3a2b7ad0f5';
const requests: { url: string; authorization: string }[] = [];
let identity: IdentityEndpoint;
let signalR: Server;

beforeAll(async () => {
  identity = await startIdentityEndpoint({ clientId, lifeSeconds: 24 * 60 * 60 });
  signalR = createServer((request, response) => {
    requests.push({ url: request.url!, authorization: request.headers.authorization ?? '' });
    const isForClient = request.url!.includes(':generateToken');
    request.resume().on('end', () => response.writeHead(isForClient ? 200 : 202).end('{"token":"for-the-browser"}'));
  }).listen(0, '127.0.0.1');
  await once(signalR, 'listening');
  Object.assign(process.env, sample.Values, identity.environment, {
    AzureSignalRConnectionString: '',
    AzureSignalRConnectionString__serviceUri: `http://127.0.0.1:${(signalR.address() as AddressInfo).port}/`,
    AzureSignalRConnectionString__clientId: clientId,
  });
});
afterAll(() => {
  identity.close();
  signalR.closeAllConnections();
  signalR.close();
});

it('pushes to SignalR with a token of the managed identity, which is fetched once', async () => {
  await sendToClients({ user: 'ada' }, 'events', []);
  await sendToClients({ group: 'operators' }, 'events', []);
  expect(identity.issued.map(({ resource }) => resource)).toEqual(['https://signalr.azure.com']);
  expect(requests.map(({ authorization }) => authorization)).toEqual(
    Array.from({ length: 2 }, () => `Bearer ${identity.issued[0]!.token}`),
  );
  expect(requests[0]!.url).toBe('/api/hubs/tasks/users/ada/:send?api-version=2022-06-01');
  expect(getSignalRConnection().endpoint).not.toMatch(/\/$/);
});

it('has SignalR make the token of a browser, as the managed identity, for the user who asks', async () => {
  const { endpoint } = getSignalRConnection();
  expect(await clientAccess('ada&co')).toEqual({
    url: `${endpoint}/client/?hub=tasks`,
    accessToken: 'for-the-browser',
  });
  const { url, authorization } = requests.at(-1)!;
  expect(authorization).toBe(`Bearer ${identity.issued[0]!.token}`);
  const { pathname, searchParams } = new URL(url, endpoint);
  expect(pathname).toBe('/api/hubs/tasks/:generateToken');
  expect(Object.fromEntries(searchParams)).toEqual({ 'api-version': '2024-12-01', userId: 'ada&co', minutesToExpire: '60' }); // prettier-ignore
});

it('prefers a connection string to SignalR where there is one', () => {
  const { AzureSignalRConnectionString } = sample.Values;
  expect(signalRConnection({ AzureSignalRConnectionString })).toEqual({
    endpoint: 'http://localhost:8888',
    accessKey: expect.any(String),
  });
});

it('reaches Service Bus by namespace and identity, or by connection string', async () => {
  const byIdentity = connectServiceBus({
    ServiceBusConnection__fullyQualifiedNamespace: 'ours.servicebus.windows.net',
    ServiceBusConnection__clientId: clientId,
  });
  const byString = connectServiceBus({ ServiceBusConnection: sample.Values.ServiceBusConnection });
  expect([byIdentity, byString].map((client) => client.fullyQualifiedNamespace)).toEqual([
    'ours.servicebus.windows.net',
    expect.stringContaining('localhost'),
  ]);
  await Promise.all([byIdentity.close(), byString.close()]);
});
