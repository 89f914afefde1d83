import { createServer, type AddressInfo, type Socket } from 'node:net';
import { PlainMechanism } from './access.ts';
import { ClientConnection, type Namespace } from './connection.ts';
import { GuardedSocket, MAX_FRAME_SIZE } from './frame-guard.ts';
import { allowNamePerRole } from './link-names.ts';
import { createContainer, type ServerConnection, type ServerContainer } from './rhea.ts';
import { guardTransfers } from './transfer-guard.ts';

/** Half of what a silent peer gets before it is dropped, ms; live ones send empty frames meanwhile. */
const IDLE_TIME_OUT = 60_000;
/** How long a new connection may take to say `open`, ms. */
const HANDSHAKE = 30_000;

export interface Listening {
  readonly port: number;
  /** A fault: ends every connection without a word; returns how many. */
  dropConnections(): number;
  close(): Promise<void>;
}

export interface ListenOptions extends Namespace {
  readonly port: number;
  readonly host: string;
  /** Bytes of a message or batch, announced on every link. */
  readonly maxMessageSize: number;
}

/** Listens for AMQP connections. @throws the error of `listen`, such as EADDRINUSE */
export async function listen(options: ListenOptions): Promise<Listening> {
  const container = containerFor(options);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, container, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    dropConnections() {
      const { size } = sockets;
      for (const socket of sockets) socket.destroy();
      return size;
    },
  };
}

function containerFor({ accessKeys, maxMessageSize }: ListenOptions): ServerContainer {
  const container = createContainer({
    id: 'service-bus',
    max_frame_size: MAX_FRAME_SIZE,
    idle_time_out: IDLE_TIME_OUT,
    sender_options: { autosettle: false, treat_modified_as_released: false, max_message_size: maxMessageSize },
    receiver_options: { autoaccept: false, autosettle: false, credit_window: 0, max_message_size: maxMessageSize },
  });
  const mechanisms = container.sasl_server_mechanisms as typeof container.sasl_server_mechanisms & {
    enable_anonymous(): void;
  };
  mechanisms.enable_anonymous();
  mechanisms.PLAIN = () => new PlainMechanism(accessKeys);
  // What Microsoft's clients call an anonymous sign-in that puts a token to $cbs afterwards.
  if (mechanisms.ANONYMOUS) mechanisms.MSSBCBS = mechanisms.ANONYMOUS;
  // Whatever goes wrong on a connection ends that connection and nothing else; rhea reports it to the connection first.
  container.on('error', () => undefined);
  return container;
}

function serve(socket: Socket, container: ServerContainer, options: ListenOptions): void {
  const guarded = new GuardedSocket(socket, () => options.broker.faults.latency);
  const connection = container.create_connection({
    max_frame_size: MAX_FRAME_SIZE,
    idle_time_out: IDLE_TIME_OUT,
    reconnect: false,
  });
  new ClientConnection(connection, guarded, options);
  guardTransfers(connection, options.maxMessageSize);
  allowNamePerRole(connection);
  const handshake = setTimeout(() => socket.destroy(), HANDSHAKE);
  connection.on('connection_open', () => clearTimeout(handshake));
  socket.on('close', () => clearTimeout(handshake));
  socket.on('drain', () => guarded.emit('drain'));
  guarded.on('malformed', () => refuse(connection, socket, 'a frame is malformed or too large'));
  for (const event of ['error', 'protocol_error']) {
    connection.on(event, (error: Error) => refuse(connection, socket, error.message));
  }
  connection.on('connection_error', () => undefined);
  connection.accept(guarded);
}

function refuse(connection: ServerConnection, socket: Socket, description: string): void {
  if (connection.is_open()) connection.close({ condition: 'amqp:connection:framing-error', description });
  setImmediate(() => socket.destroySoon());
}
