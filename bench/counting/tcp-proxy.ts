import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Looks at what passes on one connection. */
export interface Watcher {
  readonly toServer?: (bytes: Buffer) => void;
  readonly toClient?: (bytes: Buffer) => void;
}

export interface TcpProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free loopback port and passes everything on, with a watcher for each connection. */
export async function startTcpProxy(targetPort: number, watch: () => Watcher): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    const watcher = watch();
    client.on('data', (bytes: Buffer) => watcher.toServer?.(bytes));
    target.on('data', (bytes: Buffer) => watcher.toClient?.(bytes));
    client.pipe(target).pipe(client);
    for (const socket of [client, target]) {
      open.add(socket);
      socket.on('error', () => [client, target].forEach((side) => side.destroy()));
      socket.on('close', () => open.delete(socket));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
