import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import rhea, { type Connection, type EventContext } from 'rhea';
import { ENTITIES } from './entities.ts';
import { KEY, KEY_NAME, onlyHere, receiveOne, startNamespace, type TestNamespace } from './namespace.ts';

/** A frame's bytes: its size, where its performative begins, its type, its channel, and the rest. */
function frame(performative: readonly number[], size = performative.length + 8, dataOffset = 2, type = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(size);
  head[4] = dataOffset;
  head[5] = type;
  return Buffer.concat([head, Buffer.from(performative)]);
}

const AMQP_HEADER = Buffer.from('AMQP\0\x01\0\0', 'latin1');
/** open { container-id: 'x' } */
const OPEN = frame([0x00, 0x53, 0x10, 0xc0, 4, 1, 0xa1, 1, 0x78]);

const socketOf = (connection: Connection) => (connection as unknown as { socket: Socket }).socket;

onlyHere('a broken client', () => {
  let namespace: TestNamespace;
  let port: number;
  const sockets: Socket[] = [];
  const connections: Connection[] = [];

  beforeAll(async () => {
    namespace = await startNamespace(ENTITIES);
    port = Number(/:(\d+);/.exec(namespace.connectionString)?.[1]);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const connection of connections.splice(0)) socketOf(connection).destroy(new Error('dropped'));
  });
  afterAll(() => namespace.close());

  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const others = async (queue = 'plain') => {
    await namespace.client.createSender(queue).sendMessages({ body: 'still here' });
    const receiver = namespace.client.createReceiver(queue, { receiveMode: 'receiveAndDelete' });
    expect((await receiveOne(receiver)).body).toBe('still here');
    await receiver.close();
  };

  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['a frame of two gigabytes', Buffer.concat([AMQP_HEADER, frame([], 0x7fffffff)])],
    ['a frame of no size', Buffer.concat([AMQP_HEADER, frame([], 0)])],
    ['a data offset behind the end', Buffer.concat([AMQP_HEADER, frame([], 8, 200)])],
    ['an unknown frame type', Buffer.concat([AMQP_HEADER, frame([0x40], 9, 2, 7)])],
    ['no performative', Buffer.concat([AMQP_HEADER, OPEN, frame([0x43])])],
    ['an unknown performative', Buffer.concat([AMQP_HEADER, OPEN, frame([0x00, 0x53, 0x99, 0x45])])],
    ['an unknown type', Buffer.concat([AMQP_HEADER, OPEN, frame([0x00, 0x53, 0x10, 0x01])])],
    [
      'a list that announces billions',
      Buffer.concat([AMQP_HEADER, frame([0x00, 0x53, 0x10, 0xd0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff])]),
    ],
    [
      'an array of billions of nothing',
      Buffer.concat([
        AMQP_HEADER,
        frame([0x00, 0x53, 0x10, 0xc0, 12, 1, 0xf0, 0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff, 0x40]),
      ]),
    ],
    ['values nested without end', Buffer.concat([AMQP_HEADER, frame(Array.from({ length: 60_000 }, () => 0x00))])],
    ['a transfer on no session', Buffer.concat([AMQP_HEADER, OPEN, frame([0x00, 0x53, 0x14, 0xc0, 3, 1, 0x52, 0])])],
    ['two opens', Buffer.concat([AMQP_HEADER, OPEN, OPEN])],
  ])('that sends %s is disconnected, and nobody else notices', async (_what, bytes) => {
    const socket = await open();
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(bytes);
    await closed;
    await others();
  });

  it('that gives a sender and a receiver one name is served both', async () => {
    const socket = await open();
    const [name, plain] = [
      [0xa1, 1, 0x78],
      [0xa1, 5, ...Buffer.from('plain')],
    ];
    const terminus = (code: number) => [0x00, 0x53, code, 0xc0, plain.length + 1, 1, ...plain];
    const begin = [0x40, 0x43, 0x52, 100, 0x52, 100];
    const sender = [...name, 0x43, 0x42, 0x40, 0x40, ...terminus(0x28), ...terminus(0x29), 0x40, 0x40, 0x43];
    const receiver = [...name, 0x52, 1, 0x41, 0x40, 0x40, ...terminus(0x28), ...terminus(0x29)];
    const performative = (code: number, count: number, fields: number[]) =>
      frame([0x00, 0x53, code, 0xc0, fields.length + 1, count, ...fields]);
    socket.write(Buffer.concat([AMQP_HEADER, OPEN, performative(0x11, 4, begin)]));
    socket.write(Buffer.concat([performative(0x12, 10, sender), performative(0x12, 7, receiver)]));
    const attach = Buffer.from([0x00, 0x53, 0x12]).toString('latin1');
    let answers: string[] = [];
    let answer = '';
    for await (const bytes of socket) {
      answer += (bytes as Buffer).toString('latin1');
      answers = answer.split(attach).slice(1);
      if (answers.length === 2) break;
    }
    expect(answers).toHaveLength(2);
    await others();
  });

  it('that sends a byte at a time is understood', async () => {
    const socket = await open();
    const answer = once(socket, 'data');
    for (const byte of Buffer.concat([AMQP_HEADER, OPEN])) {
      socket.write(Buffer.from([byte]));
      await delay(1);
    }
    expect(String((await answer)[0]).slice(0, 4)).toBe('AMQP');
    await others();
  });

  it('that vanishes in the middle of a message leaves nothing behind', async () => {
    const connection = await signIn();
    const sender = connection.open_sender('plain');
    await once(sender, 'sendable');
    sender.send({ body: rhea.message.data_section(Buffer.alloc(200_000)) });
    socketOf(connection).destroy(new Error('dropped'));
    await others();
  });

  const signIn = async () => {
    const connection = rhea
      .create_container({ id: `test-${port}` })
      .connect({ port, username: KEY_NAME, password: KEY, reconnect: false });
    connections.push(connection);
    connection.on('disconnected', () => undefined);
    connection.on('connection_error', () => undefined);
    await once(connection, 'connection_open');
    return connection;
  };

  it.each([
    ['no message at all', Buffer.from([1, 2, 3])],
    ['nothing', Buffer.alloc(0)],
    ['a body that runs past its end', Buffer.from([0x00, 0x53, 0x75, 0xb0, 0, 0, 0xff, 0xff, 1])],
    ['a section twice', Buffer.from([0x00, 0x53, 0x70, 0x45, 0x00, 0x53, 0x70, 0x45, 0x00, 0x53, 0x77, 0x40])],
    [
      'properties that announce more than they hold',
      Buffer.from([0x00, 0x53, 0x73, 0xc0, 2, 9, 0x40, 0x00, 0x53, 0x75, 0xa0, 0]),
    ],
    [
      'application properties that are no map',
      Buffer.from([0x00, 0x53, 0x74, 0xa1, 1, 0x78, 0x00, 0x53, 0x75, 0xa0, 0]),
    ],
    [
      'annotations with a key too many',
      Buffer.from([0x00, 0x53, 0x72, 0xc1, 4, 1, 0xa3, 1, 0x78, 0x00, 0x53, 0x75, 0xa0, 0]),
    ],
  ])('has a message of %s rejected', async (_what, bytes) => {
    const sender = (await signIn()).open_sender('plain');
    await once(sender, 'sendable');
    const rejected = once(sender, 'rejected') as Promise<[EventContext]>;
    sender.send(bytes, undefined, 0);
    const [context] = await rejected;
    expect((context.delivery?.remote_state as { error: { condition: string } }).error.condition).toBe(
      'amqp:decode-error',
    );
    await others();
  });

  it('that settles billions of deliveries at once settles those it has', async () => {
    await namespace.client.createSender('plain').sendMessages([{ body: 1 }, { body: 2 }]);
    const connection = await signIn();
    const receiver = connection.open_receiver({ source: 'plain', credit_window: 2, autoaccept: false });
    await new Promise<void>((resolve) => {
      let received = 0;
      receiver.on('message', () => {
        if (++received === 2) resolve();
      });
    });
    // disposition { role: receiver, first: 0, last: 2^32 - 2, settled, accepted }
    const fields = [0x41, 0x43, 0x70, 0xff, 0xff, 0xff, 0xfe, 0x41, 0x00, 0x53, 0x24, 0x45];
    socketOf(connection).write(frame([0x00, 0x53, 0x15, 0xc0, fields.length + 1, 5, ...fields]));
    receiver.close();
    await once(receiver, 'receiver_close');
    expect(
      (await namespace.client.createReceiver('plain').peekMessages(10)).map(({ body }) => body as unknown),
    ).toEqual([]);
    await others();
  });

  it('that settles with nonsense has that refused', async () => {
    await namespace.client.createSender('plain').sendMessages({ body: 1 });
    const connection = await signIn();
    const receiver = connection.open_receiver({
      source: 'plain',
      credit_window: 1,
      autoaccept: false,
      rcv_settle_mode: 1,
    });
    await once(receiver, 'message');
    // disposition { role: receiver, first: 0, state: modified { annotations: { described: described } } }
    const nonsense = [0x00, 0xa3, 1, 0x78, 0x00, 0xa3, 1, 0x79, 0xf0, 0, 0, 0, 5, 0, 0, 0, 0, 0x40];
    const modified = [0x00, 0x53, 0x27, 0xc0, 29, 3, 0x40, 0x40, 0xc1, 24, 2, 0xa1, 1, 0x61, ...nonsense, 0x40];
    const fields = [0x41, 0x43, 0x40, 0x42, ...modified];
    socketOf(connection).write(frame([0x00, 0x53, 0x15, 0xc0, fields.length + 1, 5, ...fields]));
    await others('unique');
    await namespace.client
      .createReceiver('plain', { receiveMode: 'receiveAndDelete' })
      .receiveMessages(10, { maxWaitTimeInMs: 200 });
  });

  it('that never reads holds nobody else up', async () => {
    await namespace.client
      .createSender('plain')
      .sendMessages(Array.from({ length: 100 }, () => ({ body: 'x'.repeat(2000) })));
    const connection = await signIn();
    socketOf(connection).pause();
    connection.open_receiver({ source: 'plain', credit_window: 1000 });
    await others('unique');
  });
});
