import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import jwt from 'jsonwebtoken';

import { Inbox, openService, type SignalRService } from './signalr-service.ts';

let service: SignalRService;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.close());

const nameIdentifier = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier';
const inOneMinute = () => Math.floor(Date.now() / 1000) + 60;

function negotiate(token: string | undefined, hub = service.hub): Promise<Response> {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return fetch(`${service.endpoint}/client/negotiate?hub=${hub}&negotiateVersion=1`, { method: 'POST', headers });
}

function send(token: string | undefined): Promise<Response> {
  const headers = {
    'Content-Type': 'application/json',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify({ target: 'events', arguments: [] });
  return fetch(`${service.endpoint}/api/hubs/${service.hub}/:send?api-version=2022-06-01`, {
    method: 'POST',
    headers,
    body,
  });
}

describe.each([
  { name: 'a client', aud: () => `${service.endpoint}/client/?hub=${service.hub}`, call: negotiate, success: 200 },
  { name: 'a REST call', aud: () => `${service.endpoint}/api/hubs/${service.hub}/:send`, call: send, success: 202 },
])('the token of $name', ({ aud, call, success }) => {
  it('is accepted when it is right', async () => {
    expect((await call(service.token({ aud: aud() }))).status).toBe(success);
  });

  it('is required', async () => {
    const response = await call(undefined);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each([
    ['signed with another key', () => jwt.sign({ aud: aud(), exp: inOneMinute() }, 'another-key')],
    ['not signed', () => jwt.sign({ aud: aud(), exp: inOneMinute() }, '', { algorithm: 'none' })],
    ['expired', () => service.token({ aud: aud(), exp: inOneMinute() - 3600 })],
    ['without an expiry', () => jwt.sign({ aud: aud() }, service.accessKey)],
    ['not valid yet', () => service.token({ aud: aud(), nbf: inOneMinute() + 3600 })],
    ['for another path', () => service.token({ aud: `${service.endpoint}/other` })],
    ['for another hub', () => service.token({ aud: aud().replace(service.hub, 'otherhub') })],
    ['for another host', () => service.token({ aud: aud().replace(service.endpoint, 'https://other.example') })],
    ['without an audience', () => service.token({})],
    ['no token at all', () => 'nonsense'],
  ])('is refused when it is %s', async (_description, token) => {
    expect((await call(token())).status).toBe(401);
  });
});

it('may say in the audience of a REST call what Microsoft’s library says: no port, and the query', async () => {
  const host = new URL(service.endpoint);
  const aud = `${host.protocol}//${host.hostname}/api/hubs/${service.hub}/:send?api-version=2022-06-01`;
  expect((await send(service.token({ aud }))).status).toBe(202);
});

it.each(['asrs.s.uid', 'nameid', nameIdentifier, 'sub'])('names the user in %s', async (claim) => {
  const url = `${service.endpoint}/client/?hub=${service.hub}`;
  const token = service.token({ aud: url, [claim]: `user of ${claim}` });
  const connection = new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => token })
    .configureLogging(LogLevel.None)
    .build();
  const inbox = new Inbox(connection, 'events');
  await connection.start();
  await service.send(`/users/${encodeURIComponent(`user of ${claim}`)}`, 'events', claim);
  expect(await inbox.next()).toEqual([claim]);
  await connection.stop();
});

it('lets nobody reuse a client’s token for the data plane', async () => {
  expect((await send(service.token({ aud: `${service.endpoint}/client/?hub=${service.hub}` }))).status).toBe(401);
});
