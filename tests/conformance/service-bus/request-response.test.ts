import { once } from 'node:events';
import type { Socket } from 'node:net';
import rhea, { type Connection, type EventContext, type Message } from 'rhea';
import { ENTITIES } from './entities.ts';
import { KEY, KEY_NAME, onlyHere, receiveOne, startNamespace, type TestNamespace } from './namespace.ts';

const { types } = rhea;

onlyHere('requests by the protocol itself', () => {
  let namespace: TestNamespace;
  let connection: Connection;
  beforeAll(async () => {
    namespace = await startNamespace(ENTITIES);
    const port = Number(/:(\d+);/.exec(namespace.connectionString)?.[1]);
    connection = rhea.create_container().connect({ port, username: KEY_NAME, password: KEY, reconnect: false });
    await once(connection, 'connection_open');
  });
  afterAll(async () => {
    connection.close();
    await once(connection, 'connection_close');
    await namespace.close();
  });

  /** Sends one request to a node; gives the answer. */
  const ask = async (node: string, request: object) => {
    const receiver = connection.open_receiver({ source: node, target: { address: 'answers' } });
    await once(receiver, 'receiver_open');
    const sender = connection.open_sender(node);
    await once(sender, 'sendable');
    const answer = once(receiver, 'message') as Promise<[EventContext]>;
    sender.send(request as Message);
    const [{ message }] = await answer;
    for (const link of [sender, receiver]) link.close();
    return message as Message;
  };

  it('give deferred messages their lock token as a delivery annotation too', async () => {
    await namespace.client.createSender('plain').sendMessages({ body: 'later' });
    const source = namespace.client.createReceiver('plain');
    const { sequenceNumber } = await receiveOne(source).then(async (message) => {
      await source.deferMessage(message);
      return message;
    });
    const { body } = await ask('plain/$management', {
      message_id: 'deferred',
      reply_to: 'answers',
      application_properties: { operation: 'com.microsoft:receive-by-sequence-number' },
      body: {
        'sequence-numbers': types.wrap_array([Number(sequenceNumber)], 0x81, undefined),
        'receiver-settle-mode': types.wrap_uint(1),
      },
    });
    const [item] = (body as { messages: { message: Buffer; 'lock-token': Buffer }[] }).messages;
    const message = rhea.message.decode(item?.message as Buffer) as unknown as Message;
    expect(message.delivery_annotations).toEqual({ 'x-opt-lock-token': item?.['lock-token'] });
    expect(item?.['lock-token']).toHaveLength(16);
  });

  /** The bytes, in hexadecimal, that come from the broker until `done`. */
  const listenUntil = async (done: Promise<unknown>) => {
    const { socket } = connection as unknown as { socket: Socket };
    const received: Buffer[] = [];
    const listen = (bytes: Buffer) => void received.push(bytes);
    socket.on('data', listen);
    await done;
    socket.off('data', listen);
    return Buffer.concat(received).toString('hex');
  };
  const hex = (text: string) => Buffer.from(text).toString('hex');
  const putToken = { application_properties: { operation: 'put-token' }, body: 'no token' };
  const badRequest = { application_properties: { operation: 'com.microsoft:no-such-operation' }, body: {} };

  it.each([
    ['$cbs', putToken],
    ['plain/$management', badRequest],
  ])('of %s are answered on the link from the same node when they name no other', async (node, request) => {
    const answer = await ask(node, { message_id: 'nameless', ...request });
    expect(answer.correlation_id).toBe('nameless');
  });

  it.each([
    ['ulong 0', types.wrap_ulong(0), '44'],
    ['ulong 5', types.wrap_ulong(5), '5305'],
    ['ulong 300', types.wrap_ulong(300), '80000000000000012c'],
    ['uuid', types.wrap_uuid(Buffer.alloc(16, 7)), `98${'07'.repeat(16)}`],
    ['binary', types.wrap_binary(Buffer.from([1, 2])), 'a0020102'],
    ['string', types.wrap_string('five'), `a104${hex('five')}`],
  ])('get their message ID back as the %s it was', async (_type, id, encoded) => {
    const answer = ask('$cbs', { message_id: id, reply_to: 'answers', ...putToken });
    // properties, and the five fields before the correlation ID
    expect(await listenUntil(answer)).toMatch(new RegExp(`005373d0.{16}(40){5}${encoded}`));
  });

  it.each([
    ['$cbs', putToken, `${hex('status-code')}7100000191`],
    ['plain/$management', badRequest, `${hex('statusCode')}71000001f5`],
  ])('of %s are accepted first, and answered with a status code that is an int', async (node, request, status) => {
    const bytes = await listenUntil(ask(node, { message_id: 'order', reply_to: 'answers', ...request }));
    expect(bytes).toContain(status);
    const [accepted, answered] = [bytes.indexOf('005315d0'), bytes.indexOf('005314d0')];
    expect(accepted).toBeGreaterThan(0);
    expect(answered).toBeGreaterThan(accepted);
  });
});
