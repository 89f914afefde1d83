import { once } from 'node:events';
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
    sender.send({ reply_to: 'answers', ...request } as Message);
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
});
