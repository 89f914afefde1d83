import { HttpTransportType, JsonHubProtocol } from '@microsoft/signalr';
import { MessagePackHubProtocol } from '@microsoft/signalr-protocol-msgpack';

import { gone } from './raw-client.ts';
import { closed, Inbox, openService, type SignalRService } from './signalr-service.ts';

let service: SignalRService;
beforeEach(async () => {
  service = await openService();
});
afterEach(() => service.close());

const { WebSockets, ServerSentEvents, LongPolling } = HttpTransportType;
const json = new JsonHubProtocol();
const messagePack = new MessagePackHubProtocol();

describe.each([
  { name: 'WebSockets with JSON', transport: WebSockets, protocol: json },
  { name: 'WebSockets with MessagePack', transport: WebSockets, protocol: messagePack },
  { name: 'Server-Sent Events with JSON', transport: ServerSentEvents, protocol: json },
  { name: 'long polling with JSON', transport: LongPolling, protocol: json },
  { name: 'long polling with MessagePack', transport: LongPolling, protocol: messagePack },
])('over $name', ({ transport, protocol }) => {
  const connect = async (userId: string) => {
    const connection = await service.connect({ userId, transport, protocol });
    return { connection, inbox: new Inbox(connection, 'events') };
  };

  it('a client gets what is sent to everyone, its user, its group and itself, in order', async () => {
    const { connection, inbox } = await connect('ann');
    const args = [{ text: 'line\r\nbreak äöü 🙂', nested: [[1, -2.5, true, null]], big: 2 ** 40 }];
    await service.rest('PUT', `/groups/g/connections/${connection.connectionId}`);
    for (const path of ['', '/users/ann', '/groups/g', `/connections/${connection.connectionId}`]) {
      await service.send(path, 'events', path, ...args);
      expect(await inbox.next()).toEqual([path, ...args]);
    }
    await Promise.all(Array.from({ length: 30 }, (_, count) => service.send('', 'events', count)));
    const received = new Set<unknown>();
    for (let count = 0; count < 30; count++) received.add((await inbox.next())[0]);
    expect(received.size).toBe(30);
  });

  it('a client gets a message of almost 1 MB', async () => {
    const { inbox } = await connect('ann');
    const text = 'é'.repeat(500_000);
    expect((await service.send('', 'events', text)).status).toBe(202);
    expect(await inbox.next()).toEqual([text]);
  });

  it('a client that stops is gone for the service', async () => {
    const { connection } = await connect('ann');
    const id = connection.connectionId;
    expect((await service.rest('HEAD', `/connections/${id}`)).status).toBe(200);
    await connection.stop();
    await gone(service, `/connections/${id}`);
    await gone(service, '/users/ann');
  });

  it('a client that the service closes is told the reason', async () => {
    const { connection } = await connect('ann');
    const end = closed(connection);
    expect(
      (await service.rest('DELETE', `/connections/${connection.connectionId}`, { query: { reason: 'ende' } })).status,
    ).toBe(200);
    expect((await end)?.message).toContain('ende');
    await gone(service, '/users/ann');
  });

  it('what a client invokes is ignored, and the connection lives on', async () => {
    const { connection, inbox } = await connect('ann');
    await connection.send('Anything', { deep: [1, 2, 3] });
    connection
      .stream('Stream', 1)
      .subscribe({ next: () => undefined, error: () => undefined, complete: () => undefined })
      .dispose();
    await service.send('/users/ann', 'events', 'still there');
    expect(await inbox.next()).toEqual(['still there']);
  });
});

it('clients of different transports and protocols get the same broadcast', async () => {
  const connections = await Promise.all([
    service.connect({ protocol: messagePack }),
    service.connect({ protocol: json }),
    service.connect({ transport: ServerSentEvents }),
    service.connect({ transport: LongPolling }),
  ]);
  const inboxes = connections.map((connection) => new Inbox(connection, 'events'));
  await service.send('', 'events', { a: [1] });
  for (const inbox of inboxes) expect(await inbox.next()).toEqual([{ a: [1] }]);
});

it('a client that the service closed connects again by itself, with a new connection ID', async () => {
  const connection = await service.connect({ userId: 'ann', reconnect: true });
  const before = connection.connectionId;
  const reconnected = new Promise((resolve) => connection.onreconnected(resolve));
  await service.rest('POST', '/users/ann/:closeConnections');
  expect(await reconnected).not.toBe(before);
  const inbox = new Inbox(connection, 'events');
  await service.send('/users/ann', 'events', 'again');
  expect(await inbox.next()).toEqual(['again']);
});
