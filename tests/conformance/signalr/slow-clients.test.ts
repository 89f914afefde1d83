import { HttpTransportType } from '@microsoft/signalr';

import { gone, jsonHandshake, negotiate, openSocket, RawClient } from './raw-client.ts';
import { Inbox, openLocalService, type SignalRService } from './signalr-service.ts';

const megabyte = 'x'.repeat(1_000_000);

let service: SignalRService;
beforeEach(async () => {
  service = await openLocalService({ bufferLimit: 3_000_000 });
});
afterEach(() => service.close());

/** Sends until the slow client has been dropped; the fast one must get everything. */
async function expectDropped(slow: string): Promise<void> {
  const fast = new Inbox(await service.connect(), 'events');
  let count = 0;
  do {
    expect((await service.send('', 'events', count, megabyte)).status).toBe(202);
    expect((await fast.next())[0]).toBe(count);
    count++;
  } while ((await service.rest('HEAD', `/connections/${slow}`)).status === 200 && count < 200);
  await gone(service, `/connections/${slow}`);
  await service.send('', 'events', 'last');
  expect(await fast.next()).toEqual(['last']);
}

it('a WebSocket client that does not read is dropped', async () => {
  const slow = await negotiate(service);
  const client = await RawClient.open(slow);
  await client.shakeHands();
  client.socket.pause();
  await expectDropped(slow.connectionId);
  client.socket.terminate();
});

it('a client that does not read its event stream is dropped', async () => {
  const slow = await negotiate(service);
  const { pathname, search } = new URL(slow.url);
  const socket = await openSocket(
    service,
    `GET ${pathname}${search} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`,
  );
  socket.pause();
  while ((await fetch(slow.url, { method: 'POST', body: jsonHandshake })).status !== 200) continue;
  await expectDropped(slow.connectionId);
  socket.destroy();
});

it('a client that does not poll is dropped', async () => {
  const slow = await negotiate(service);
  await fetch(slow.url);
  await fetch(slow.url, { method: 'POST', body: jsonHandshake });
  await expectDropped(slow.connectionId);
  expect((await fetch(slow.url)).status).toBe(404);
});

it('a client that polls late gets everything that fits', async () => {
  const inbox = new Inbox(await service.connect({ transport: HttpTransportType.LongPolling }), 'events');
  await Promise.all([service.send('', 'events', megabyte), service.send('', 'events', megabyte)]);
  expect([await inbox.next(), await inbox.next()]).toEqual([[megabyte], [megabyte]]);
});
