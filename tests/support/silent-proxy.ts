/** For tests: a network that goes dead without telling anybody, as after a laptop's sleep or behind a lost NAT entry. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface SilentProxy {
  readonly port: number;
  /** What is connected now stays open and passes nothing on any more; new connections work. */
  silence(): void;
  /** While true, new connections are taken and pass nothing on either. */
  isDead: boolean;
  /** Silenced by itself when a connection has brought so much from the target. */
  silentAfterBytes: number;
  close(): Promise<void>;
}

/** Passes everything on to a loopback port, until it is silenced. */
export async function startSilentProxy(targetPort: number): Promise<SilentProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer({ noDelay: true }, (client) => {
    if (proxy.isDead) return void keep([client, client]);
    const target = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    client.pipe(target);
    target.pipe(client);
    keep([client, target]);
    target.on('data', () => {
      if (target.bytesRead >= proxy.silentAfterBytes) proxy.silence();
    });
  });

  function keep(pair: readonly [Socket, Socket]): void {
    pairs.add(pair);
    for (const socket of pair) socket.on('error', () => pair.forEach((side) => side.destroy()));
    pair[0].on('close', () => pairs.delete(pair));
  }

  const proxy: SilentProxy = {
    port: 0,
    isDead: false,
    silentAfterBytes: Infinity,
    silence() {
      for (const [client, target] of pairs) {
        client.unpipe(target);
        target.unpipe(client);
        // Read and thrown away, as a network does.
        client.resume();
        target.resume();
      }
    },
    async close() {
      for (const pair of pairs) pair.forEach((side) => side.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(proxy, { port: (server.address() as AddressInfo).port });
}
