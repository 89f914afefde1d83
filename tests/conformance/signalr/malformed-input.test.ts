import { once } from 'node:events';

import { createConnectionInfo } from '../../../local/signalr/connection-info.ts';
import { gone, jsonHandshake, messagePackHandshake, negotiate, openSocket, RawClient } from './raw-client.ts';
import { Inbox, openLocalService, type SignalRService } from './signalr-service.ts';

let service: SignalRService;
let bystander: Inbox;
beforeEach(async () => {
  service = await openLocalService();
  bystander = new Inbox(await service.connect(), 'events');
});
afterEach(async () => {
  await service.send('', 'events', 'undisturbed');
  expect(await bystander.next()).toEqual(['undisturbed']);
  await service.close();
});

const closeWithError = '{"type":7,"error":"Connection closed with an error.","allowReconnect":false}\u001e';

describe('a handshake', () => {
  it.each([
    ['that is no JSON', 'nonsense\u001e', 'An unexpected error occurred'],
    ['without a protocol', '{}\u001e', 'An unexpected error occurred'],
    ['that is null', 'null\u001e', 'An unexpected error occurred'],
    ['for another protocol', '{"protocol":"xml","version":1}\u001e', "protocol 'xml' is not supported"],
    ['for a later version', '{"protocol":"json","version":99}\u001e', 'does not support version 99'],
  ])('%s is answered with an error', async (_description, handshake, error) => {
    const client = await RawClient.open(await negotiate(service));
    const answer = await client.shakeHands(handshake);
    expect((JSON.parse(answer.slice(0, -1)) as { error: string }).error).toContain(error);
    await client.ended;
  });

  it('that never ends closes the connection', async () => {
    const client = await RawClient.open(await negotiate(service));
    client.send('x'.repeat(40_000));
    await client.ended;
  });

  it('may be followed by messages at once, and arrive in pieces', async () => {
    const { connectionId, url } = await negotiate(service);
    const client = await RawClient.open({ connectionId, url });
    client.send(jsonHandshake.slice(0, 10));
    expect(await client.shakeHands(`${jsonHandshake.slice(10)}{"type":6}\u001e{"ty`)).toBe('{}\u001e');
    client.send('pe":6}\u001e');
    await service.send(`/connections/${connectionId}`, 'events', 1);
    expect(await client.next()).toBe('{"type":1,"target":"events","arguments":[1]}\u001e');
    client.socket.terminate();
  });
});

describe('a message', () => {
  it.each([
    ['that is no JSON', 'nonsense\u001e'],
    ['without a type', '{}\u001e'],
    ['that is null', 'null\u001e'],
    ['that never ends', 'x'.repeat(40_000)],
  ])('%s closes the connection with an error', async (_description, data) => {
    const client = await RawClient.open(await negotiate(service));
    await client.shakeHands();
    client.send(data);
    expect(await client.next()).toBe(closeWithError);
    await client.ended;
  });

  it('that is not UTF-8 closes the connection', async () => {
    const client = await RawClient.open(await negotiate(service));
    await client.shakeHands();
    client.send(Buffer.from([0xff, 0xfe, 0x1e]), false);
    expect(await client.ended).toBe(1007);
  });

  it.each([
    ['with a length of more than 5 bytes', Buffer.alloc(10, 0xff)],
    ['that is no array', Buffer.from([2, 0xc0, 0xc0])],
    ['that is an empty array', Buffer.from([1, 0x90])],
    ['of no length', Buffer.from([0])],
    ['with a type that is no number', Buffer.from([2, 0x91, 0xa1])],
    [
      'that claims gigabytes and never ends',
      Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]), Buffer.alloc(40_000)]),
    ],
  ])('in MessagePack %s closes the connection with an error', async (_description, data) => {
    const client = await RawClient.open(await negotiate(service));
    await client.shakeHands(messagePackHandshake);
    client.send(data);
    expect(await client.next()).toContain('Connection closed with an error.');
    await client.ended;
  });

  it('of an unknown type is ignored', async () => {
    const { connectionId, url } = await negotiate(service);
    const client = await RawClient.open({ connectionId, url });
    await client.shakeHands();
    client.send('{"type":4711}\u001e');
    await service.send(`/connections/${connectionId}`, 'events');
    expect(await client.next()).toContain('"target":"events"');
    client.socket.terminate();
  });

  it('of more than 1 MB closes the connection', async () => {
    const client = await RawClient.open(await negotiate(service));
    await client.shakeHands();
    client.send('x'.repeat(1024 * 1024 + 1));
    expect(await client.ended).toBe(1009);
  });
});

describe('a WebSocket frame', () => {
  it.each([
    ['with a reserved opcode', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    ['that is not masked', Buffer.from([0x81, 0x01, 0x41])],
    ['that claims 2^63 bytes', Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
    ['with reserved bits', Buffer.from([0xf1, 0x80, 0, 0, 0, 0])],
    ['that is a fragmented ping', Buffer.from([0x09, 0x80, 0, 0, 0, 0])],
  ])('%s ends the connection', async (_description, frame) => {
    const { url, connectionId } = await negotiate(service);
    const { pathname, search } = new URL(url);
    const upgrade = `GET ${pathname}${search} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    const socket = await openSocket(
      service,
      `${upgrade}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n`,
    );
    await once(socket, 'data');
    socket.write(frame);
    socket.resume();
    if (!socket.closed) await once(socket, 'close');
    await gone(service, `/connections/${connectionId}`);
  });
});

describe('a request', () => {
  const authorization = () => {
    const { accessToken } = createConnectionInfo({ connectionString: service.connectionString, hub: service.hub });
    return `Authorization: Bearer ${accessToken}`;
  };

  it.each([
    ['that is no HTTP', () => '\u0000\u0001\u0002\r\n\r\n'],
    [
      'with headers of more than 16 KB',
      () => `GET /api/health HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    ],
    ['with a target that is no URL', () => 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['with a host that is none', () => 'GET /api/health HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n'],
    ['with a path that is encoded wrongly', () => 'GET /api/hubs/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'to upgrade without a token',
      () => `GET /client/?hub=h HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ],
    ['to upgrade elsewhere', () => `GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
    [
      'to upgrade to something else',
      () =>
        `GET /client/?hub=${service.hub} HTTP/1.1\r\nHost: localhost\r\n${authorization()}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
    ],
  ])('%s is answered or dropped', async (_description, bytes) => {
    const socket = await openSocket(service, bytes());
    socket.resume();
    await once(socket, 'close');
  });

  it('that breaks off in its body leaves nothing behind', async () => {
    const { url, connectionId } = await negotiate(service);
    const { pathname, search } = new URL(url);
    await fetch(url);
    const socket = await openSocket(
      service,
      `POST ${pathname}${search} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"pro`,
    );
    socket.resetAndDestroy();
    expect((await fetch(url, { method: 'POST', body: jsonHandshake })).status).toBe(200);
    expect((await service.rest('HEAD', `/connections/${connectionId}`)).status).toBe(200);
  });

  it('with a chunked body of more than 1 MB is refused', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let count = 0; count < 40; count++) controller.enqueue(Buffer.alloc(100_000, 0x20));
        controller.close();
      },
    });
    const { url } = await negotiate(service);
    await fetch(url);
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' });
    expect(response.status).toBe(413);
  });

  it('with arguments nested without end is refused', async () => {
    const body = `{"target":"events","arguments":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect((await service.rest('POST', '/:send', { body })).status).toBe(400);
  });
});

describe('a second transport for one connection', () => {
  it('is refused', async () => {
    const negotiated = await negotiate(service);
    const client = await RawClient.open(negotiated);
    await client.shakeHands();
    expect((await fetch(negotiated.url)).status).toBe(409);
    expect((await fetch(negotiated.url, { headers: { Accept: 'text/event-stream' } })).status).toBe(409);
    expect((await fetch(negotiated.url, { method: 'POST', body: '' })).status).toBe(405);
    await expect(RawClient.open(negotiated)).rejects.toThrow('409');
    client.socket.terminate();
  });
});
