import { HttpTransportType, type HubConnection, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { startSignalR } from '../../../local/signalr/server.ts';
import { type HostedApp, hostApp, stopApps } from './hosted-app.ts';

const functions = `
const { app, input, output } = require('@azure/functions');
const connection = input.generic({ type: 'signalRConnectionInfo', name: 'connection', hubName: '%HubName%', userId: '{headers.x-ms-client-principal-id}', connectionStringSetting: 'SignalR' });
const byQuery = input.generic({ type: 'signalRConnectionInfo', name: 'byQuery', hubName: 'Chat', userId: '{query.user}' });
const signalR = output.generic({ type: 'signalR', name: 'signalR', hubName: 'Chat', connectionStringSetting: 'SignalR' });
app.http('Negotiate', { methods: ['POST'], route: 'negotiate', extraInputs: [connection], handler: (request, context) => ({ body: JSON.stringify(context.extraInputs.get('connection')) }) });
app.http('NegotiateByQuery', { extraInputs: [byQuery], handler: (request, context) => ({ jsonBody: context.extraInputs.get(byQuery) }) });
app.http('Send', { methods: ['POST'], route: 'send', extraOutputs: [signalR], handler: async (request, context) => { context.extraOutputs.set(signalR, await request.json()); return { status: 202 }; } });
`;
const accessKey = 'bG9jYWwtc2lnbmFsci1hY2Nlc3Mta2V5LW5vdC1hLXNlY3JldA==';
let service: Awaited<ReturnType<typeof startSignalR>>;
let app: HostedApp;
const clients: HubConnection[] = [];

beforeAll(async () => {
  service = await startSignalR({ port: 0, accessKey });
  const connectionString = `Endpoint=http://localhost:${service.port};AccessKey=${accessKey};Version=1.0;`;
  app = await hostApp({
    files: { 'functions.cjs': functions },
    values: { SignalR: connectionString, AzureSignalRConnectionString: connectionString, HubName: 'Chat' },
  });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.stop()));
  await stopApps();
  await service.close();
});

/** A client that has negotiated through the app, and what it received. */
async function connect(
  user: string,
): Promise<{ received: unknown[]; next: () => Promise<unknown>; connectionId: string }> {
  const signedIn = await app.fetch(`/.auth/login/aad?user=${user}`);
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const { url, accessToken } = (await (
    await app.fetch('/negotiate', { method: 'POST', headers: { cookie } })
  ).json()) as {
    url: string;
    accessToken: string;
  };
  const client = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => accessToken, transport: HttpTransportType.WebSockets })
    .configureLogging(LogLevel.None)
    .build();
  clients.push(client);
  const received: unknown[] = [];
  const waiting: ((value: unknown) => void)[] = [];
  client.on('news', (...values: unknown[]) => {
    received.push(values);
    waiting.shift()?.(values);
  });
  await client.start();
  return { received, next: () => new Promise((done) => waiting.push(done)), connectionId: client.connectionId ?? '' };
}
const send = (body: unknown) => app.fetch('/send', { method: 'POST', body: JSON.stringify(body) });

test('a user of the app connects with what the binding supplies, and receives what the output sends', async () => {
  const [alice, bob] = [await connect('alice'), await connect('bob')];
  const all = [alice.next(), bob.next()];
  expect((await send({ target: 'news', arguments: ['to all', { n: 1 }] })).status).toBe(202);
  expect(await Promise.all(all)).toEqual([
    ['to all', { n: 1 }],
    ['to all', { n: 1 }],
  ]);

  const both = [alice.next(), bob.next()];
  await send([
    { target: 'news', arguments: ['only alice'], userId: 'alice' },
    { action: 'add', userId: 'bob', groupName: 'a group' },
    { target: 'news', arguments: ['only the group'], groupName: 'a group' },
  ]);
  expect(await Promise.all(both)).toEqual([['only alice'], ['only the group']]);

  const last = bob.next();
  await send([
    { action: 'remove', userId: 'bob', groupName: 'a group' },
    { target: 'news', arguments: ['nobody'], groupName: 'a group' },
    { action: 'add', connectionId: bob.connectionId, groupName: 'another' },
    { action: 'removeAll', userId: 'bob' },
    { target: 'news', arguments: ['last'], connectionId: bob.connectionId },
  ]);
  expect(await last).toEqual(['last']);
  expect(alice.received).toHaveLength(2);
});

test('the user may come from the query', async () => {
  const { accessToken } = (await (await app.fetch('/negotiatebyquery?user=carol')).json()) as { accessToken: string };
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    string
  >;
  expect(claims['asrs.s.uid']).toBe('carol');
});

test('an expression without a value fails the invocation', async () => {
  expect((await app.fetch('/negotiatebyquery')).status).toBe(500);
  await app.printed(/No value for named parameter 'query.user'/);
});

test.each([
  ['a message without target', { arguments: [] }, /needs a "target"/],
  ['an unknown action', { action: 'join', userId: 'x', groupName: 'y' }, /"join" is no SignalR group action/],
  ['an action without group', { action: 'add', userId: 'x' }, /needs a "groupName"/],
  ['an action without member', { action: 'add', groupName: 'x' }, /needs a "connectionId" or a "userId"/],
])('%s fails the invocation', async (_, body, expected) => {
  expect((await send(body)).status).toBe(500);
  await app.printed(expected);
});
