import { HttpTransportType } from '@microsoft/signalr';

import { connectionTo, gone, negotiate, RawClient } from './raw-client.ts';
import { openLocalService, type SignalRService } from './signalr-service.ts';

const ping = '{"type":6}\u001e';

let service: SignalRService;
afterEach(() => service.close());

it('pings clients that hear nothing else', async () => {
  service = await openLocalService({ keepAliveInterval: 20 });
  const client = await RawClient.open(await negotiate(service));
  await client.shakeHands();
  expect([await client.next(), await client.next()]).toEqual([ping, ping]);
});

it('drops a client that falls silent, and keeps one that pings', async () => {
  service = await openLocalService({ clientTimeout: 1_500, keepAliveInterval: 100 });
  const pinging = await service.connect({ userId: 'pinging', keepAliveInterval: 100 });
  const silent = await RawClient.open(await negotiate(service, 'silent'));
  await silent.shakeHands();
  await silent.ended;
  expect((await service.rest('HEAD', '/users/silent')).status).toBe(404);
  expect((await service.rest('HEAD', `/connections/${pinging.connectionId}`)).status).toBe(200);
});

it('drops a half-open client that takes nothing any more', async () => {
  service = await openLocalService({ clientTimeout: 100 });
  const client = await RawClient.open(await negotiate(service, 'half-open'));
  await client.shakeHands();
  client.socket.pause();
  await gone(service, '/users/half-open');
  client.socket.terminate();
});

it('drops a client that does not shake hands', async () => {
  service = await openLocalService({ handshakeTimeout: 50 });
  // Without negotiation: the time runs from the opening of the socket only.
  const client = await RawClient.open(connectionTo(service));
  await client.ended;
});

it('forgets a negotiated connection that is not opened', async () => {
  service = await openLocalService({ handshakeTimeout: 50 });
  const { url } = await negotiate(service);
  while ((await fetch(url, { method: 'POST', body: '' })).status !== 404)
    await new Promise((resolve) => setTimeout(resolve, 10));
});

it('drops a long-polling client that does not poll again', async () => {
  service = await openLocalService({ disconnectTimeout: 1_000 });
  const { url } = await negotiate(service, 'ann');
  expect((await fetch(url)).status).toBe(200);
  await fetch(url, { method: 'POST', body: '{"protocol":"json","version":1}\u001e' });
  expect((await service.rest('HEAD', '/users/ann')).status).toBe(200);
  await gone(service, '/users/ann');
});

it('answers a long poll that waits too long with nothing, and the client polls again', async () => {
  service = await openLocalService({ pollTimeout: 30, clientTimeout: 100 });
  const connection = await service.connect({ userId: 'ann', transport: HttpTransportType.LongPolling });
  const idle = await RawClient.open(await negotiate(service));
  await idle.shakeHands();
  // Long polling needs no pings: it outlives a client that is dropped for its silence.
  await idle.ended;
  expect((await service.rest('HEAD', `/connections/${connection.connectionId}`)).status).toBe(200);
});

it('tells clients to reconnect when it stops', async () => {
  service = await openLocalService();
  const client = await RawClient.open(await negotiate(service));
  await client.shakeHands();
  const farewell = client.next();
  await service.close();
  expect(await farewell).toBe('{"type":7,"allowReconnect":true}\u001e');
});
